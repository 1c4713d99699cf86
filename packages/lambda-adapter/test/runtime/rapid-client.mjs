// Stands in for aws-lambda-ric's native client, which takes a C++ compiler to build: it posts answers to the Runtime API.
// The rest of the client is AWS's own code; invocations are fetched by its own HTTP client
// (AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1).
import Module, { createRequire } from 'node:module';

const { request } = createRequire(import.meta.url)('node:http');
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function post(id, what, body, headers = {}) {
  const path = `/2018-06-01/runtime/invocation/${id}/${what}`;
  request({ hostname, port, path, method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } })
    .on('error', (error) => {
      throw error;
    })
    .on('response', (response) => response.resume())
    .end(body);
}

const client = {
  next: () => Promise.reject(new Error('invocations are fetched by the alternative client')),
  done: (id, body) => post(id, 'response', body),
  error: (id, body) => post(id, 'error', body, { 'Lambda-Runtime-Function-Error-Type': JSON.parse(body).errorType }),
};

const load = Module._load;
Module._load = (specifier, ...rest) =>
  specifier === './rapid-client.node' ? client : Reflect.apply(load, Module, [specifier, ...rest]);
