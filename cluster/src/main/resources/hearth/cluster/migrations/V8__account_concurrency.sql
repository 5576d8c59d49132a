-- What functions have of their account's concurrency for themselves, summed up: what is reserved, and what is
-- provisioned for functions that reserve nothing. So that a change looks at one row, however many functions there are.
CREATE TABLE account_concurrency (
    account     VARCHAR(12) NOT NULL,
    region      VARCHAR(64) NOT NULL,
    reserved    BIGINT      NOT NULL,
    provisioned BIGINT      NOT NULL,
    PRIMARY KEY (account, region)
);

INSERT INTO account_concurrency (account, region, reserved, provisioned)
SELECT account, region,
       SUM(CASE WHEN kind = 'reserved-concurrency' THEN CAST(document AS INTEGER) ELSE 0 END),
       SUM(CASE WHEN kind = 'provisioned-concurrency' AND NOT EXISTS (
               SELECT 1 FROM function_settings AS own
               WHERE own.account = setting.account AND own.region = setting.region AND own.name = setting.name
                 AND own.kind = 'reserved-concurrency')
           THEN json_extract(document, '$.RequestedProvisionedConcurrentExecutions') ELSE 0 END)
FROM function_settings AS setting
WHERE kind IN ('reserved-concurrency', 'provisioned-concurrency')
GROUP BY account, region;
