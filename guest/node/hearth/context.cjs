'use strict';

// What a handler learns of its invocation, and of the function that it belongs to.

const { CLIENT_4 } = require('./client.cjs');

let environment;

// Adds it to an object that the handler gets.
function fill(context, headers) {
  environment ??= {
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  Object.assign(context, environment, {
    clientContext: parse(headers['lambda-runtime-client-context'], 'ClientContext'),
    identity: parse(headers['lambda-runtime-cognito-identity'], 'CognitoIdentity'),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
  if (CLIENT_4) context.xRayTraceId = headers['lambda-runtime-trace-id'];
  return context;
}

// Headers arrive as Latin-1, and what is in these is JSON in UTF-8.
function parse(value, name) {
  if (value === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(value, 'latin1').toString());
  } catch (error) {
    throw new Error(`Cannot parse ${name} as json: ${error}`);
  }
}

module.exports = { fill };
