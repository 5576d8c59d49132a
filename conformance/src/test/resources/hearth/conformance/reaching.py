"""A function that calls the API with nothing but what is in its environment. Signs by hand: no client need be there."""
import datetime
import hashlib
import hmac
import http.client
import json
import os
import socket
import urllib.parse


def sign(key, parts):
    for part in parts:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def send(method, path, body=b"", service="lambda", headers=None, key_id=None):
    url = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_LAMBDA"])
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    signed = {"host": url.netloc, "x-amz-date": now, "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"]}
    names = ";".join(sorted(signed))
    fields = "".join(name + ":" + signed[name] + "\n" for name in sorted(signed))
    canonical = "\n".join([method, path, "", fields, names, hashlib.sha256(body).hexdigest()])
    scope = [now[:8], os.environ["AWS_REGION"], service, "aws4_request"]
    text = "\n".join(["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256(canonical.encode()).hexdigest()])
    key = sign(("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode(), scope)
    signed["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        key_id or os.environ["AWS_ACCESS_KEY_ID"], "/".join(scope), names, sign(key, [text]).hex())
    signed.update(headers or {})
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    try:
        connection.request(method, path, body, signed)
        answer = connection.getresponse()
        return {"status": answer.status, "error": answer.getheader("x-amzn-ErrorType"),
                "body": answer.read().decode("utf-8", "replace")}
    finally:
        connection.close()


def invoke(function, payload, **more):
    path = "/2015-03-31/functions/%s/invocations" % function
    return send("POST", path, json.dumps(payload).encode(), **more)


def stream(function, payload):
    path = "/2021-11-15/functions/%s/response-streaming-invocations" % function
    return send("POST", path, json.dumps(payload).encode())


def who():
    form = {"content-type": "application/x-www-form-urlencoded"}
    return send("POST", "/", b"Action=GetCallerIdentity&Version=2011-06-15", "sts", form)


def refuses(address, port):
    try:
        socket.create_connection((address, port), timeout=10).close()
        return False
    except OSError:
        return True


def get(variable):
    url = urllib.parse.urlsplit(os.environ[variable])
    connection = http.client.HTTPConnection(url.netloc, timeout=20)
    connection.request("GET", url.path + "/asked", headers={"x-asked": url.netloc})
    answer = connection.getresponse()
    return {"status": answer.status, "body": answer.read().decode()}


def handler(event, context):
    do = event["do"]
    if do == "echo":
        return {"from": context.function_name, "got": event}
    if do == "invoke":
        return invoke(event["function"], event["payload"], key_id=event.get("keyId"))
    if do == "stream":
        return stream(event["function"], event["payload"])
    if do == "who":
        return who()
    if do == "variables":
        return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    if do == "get":
        return get(event["variable"])
    if do == "refused":
        return [refuses(address, port) for address, port in event["addresses"]]
    if do == "recurse":
        answer = invoke(context.function_name, event)
        return json.loads(answer["body"]) if answer["status"] == 200 else answer
    if do == "large":
        return send("POST", "/2015-03-31/functions/%s/invocations" % context.function_name, b"x" * event["bytes"])
    if do == "boto3":
        import boto3
        inner = json.load(boto3.client("lambda").invoke(
            FunctionName=event["function"], Payload=json.dumps(event["payload"]))["Payload"])
        sts = boto3.client("sts", endpoint_url=os.environ["AWS_ENDPOINT_URL_LAMBDA"])
        return {"inner": inner, "arn": sts.get_caller_identity()["Arn"]}
    raise ValueError(do)
