"""The Python runtime: loads the function's handler and runs it for one invocation after another.

It imports as little as it can, because each import delays every cold start: no `os`, `json` or `logging` (see
`hearth_json` and `hearth_logging`), and what only a failure needs is in `hearth_faults`, loaded by the first one.
Works with CPython 3.8 and later.
"""

import posix
import sys
import time

import hearth_api
import hearth_json


class Invocation:
    """The invocation that runs now, for whoever logs something; both are None while the function is initialised."""

    request_id = None
    tenant_id = None


class LambdaContext:
    """What a handler gets as its second argument."""

    def __init__(self, request_id, client_context, cognito_identity, deadline_ms, arn, tenant_id):
        self.aws_request_id = request_id
        self.log_group_name = LOG_GROUP_NAME
        self.log_stream_name = LOG_STREAM_NAME
        self.function_name = FUNCTION_NAME
        self.memory_limit_in_mb = MEMORY_SIZE
        self.function_version = FUNCTION_VERSION
        self.invoked_function_arn = arn
        self.tenant_id = tenant_id
        self.client_context = client_context
        self.identity = cognito_identity
        self._epoch_deadline_time_in_ms = deadline_ms

    def get_remaining_time_in_millis(self):
        return max(0, self._epoch_deadline_time_in_ms - int(time.time() * 1000))

    def log(self, message):
        import hearth_logging

        hearth_logging.sink.log(str(message))

    def __repr__(self):
        shown = (
            "aws_request_id",
            "log_group_name",
            "log_stream_name",
            "function_name",
            "memory_limit_in_mb",
            "function_version",
            "invoked_function_arn",
            "client_context",
            "identity",
            "tenant_id",
        )
        return "LambdaContext([%s])" % ",".join("%s=%s" % (name, getattr(self, name)) for name in shown)


class _Attributes:
    """An object with a fixed set of attributes, each None where the source lacks it."""

    __slots__ = ()

    def __init__(self, values):
        for name in self.__slots__:
            setattr(self, name, values.get(name))

    def __repr__(self):
        attributes = ",".join("%s=%s" % (name, getattr(self, name)) for name in self.__slots__)
        return "%s([%s])" % (type(self).__name__, attributes)


class CognitoIdentity(_Attributes):
    __slots__ = ("cognito_identity_id", "cognito_identity_pool_id")

    def __init__(self, identity_id=None, pool_id=None):
        self.cognito_identity_id = identity_id
        self.cognito_identity_pool_id = pool_id


class Client(_Attributes):
    __slots__ = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Attributes):
    __slots__ = ("custom", "env", "client")

    def __init__(self, values):
        super().__init__(values)
        if self.client is not None:
            self.client = Client(self.client)


class Fault(Exception):
    """A failure that the runtime names itself, such as `Runtime.HandlerNotFound`."""

    def __init__(self, error_type, message, trace=()):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = list(trace)


def environment(name):
    value = posix.environ.get(name.encode())
    return None if value is None else value.decode("utf-8", "surrogateescape")


def set_environment(name, value):
    """Sets a variable, or removes it for None; as `os.environ` would, but without importing `os`."""
    if "os" in sys.modules:
        variables = sys.modules["os"].environ
        if value is not None:
            variables[name] = value
        else:
            variables.pop(name, None)
    elif value is not None:
        # A later `import os` copies posix.environ; putenv serves C code and child processes.
        posix.environ[name.encode()] = value.encode("utf-8", "surrogateescape")
        posix.putenv(name, value)
    elif posix.environ.pop(name.encode(), None) is not None:
        posix.unsetenv(name)


def load_handler(name):
    """The function that `_HANDLER` names: `package/module.function`."""
    try:
        module_name, function_name = name.rsplit(".", 1)
    except ValueError as error:
        raise Fault("Runtime.MalformedHandlerName", "Bad handler '%s': %s" % (name, error)) from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        message = "Cannot use built-in module %s as a handler module" % module_name
        raise Fault("Runtime.BuiltInModuleConflict", message)
    import_name = module_name.replace("/", ".")
    try:
        __import__(import_name)
    except ImportError as error:
        message = "Unable to import module '%s': %s" % (module_name, error)
        raise Fault("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        trace = ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)]
        message = "Syntax error in module '%s': %s" % (module_name, error)
        raise Fault("Runtime.UserCodeSyntaxError", message, trace) from error
    try:
        return getattr(sys.modules[import_name], function_name)
    except AttributeError:
        message = "Handler '%s' missing on module '%s'" % (function_name, module_name)
        raise Fault("Runtime.HandlerNotFound", message) from None


def invoke(handler, headers, body):
    """Runs the handler once and returns the request that reports how it ended."""
    request_id = headers[b"lambda-runtime-aws-request-id"]
    try:
        context = _context(request_id, headers)
        event = _event(headers, body)
        result = handler(event, context)
        if isinstance(result, bytes):
            return hearth_api.response(request_id, result, b"application/unknown")
        try:
            result = hearth_json.encode(result)
        except Exception as error:
            raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from error
        return hearth_api.response(request_id, result, b"application/json")
    except Exception as error:
        return _tell("invocation_error", request_id, error)


def _context(request_id, headers):
    client_context = headers.get(b"lambda-runtime-client-context")
    if client_context:
        client_context = ClientContext(_json_header(client_context, "Client Context"))
    identity = headers.get(b"lambda-runtime-cognito-identity")
    if identity:
        values = _json_header(identity, "Cognito Identity")
        identity = CognitoIdentity(values.get("cognitoIdentityId"), values.get("cognitoIdentityPoolId"))
    return LambdaContext(
        request_id.decode(),
        client_context or None,
        identity or CognitoIdentity(),
        int(headers.get(b"lambda-runtime-deadline-ms", 0)),
        headers.get(b"lambda-runtime-invoked-function-arn", b"").decode(),
        Invocation.tenant_id,
    )


def _json_header(value, name):
    try:
        return hearth_json.decode(value.decode())
    except Exception as error:
        message = "Unable to parse %s JSON: %s" % (name, error)
        raise Fault("Runtime.LambdaContextUnmarshalError", message) from error


def _event(headers, body):
    if not headers.get(b"content-type", b"application/json").startswith(b"application/json"):
        return bytes(body)
    try:
        return hearth_json.decode(str(body, "utf-8"))
    except Exception as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from error


def serve(api, handler):
    """Runs the handler for ever. Only what ends the process ends this."""
    streams = (sys.stdout, sys.stderr)
    report = b""
    variables = posix.environ
    while True:
        headers, body = api.next(report)
        Invocation.request_id = headers[b"lambda-runtime-aws-request-id"].decode()
        tenant_id = headers.get(b"lambda-runtime-aws-tenant-id")
        Invocation.tenant_id = None if tenant_id is None else tenant_id.decode()
        # For `os.environ`, which is made of these, but not for the C library: it never frees a variable's old values, so
        # a function that is called often would run out of memory.
        trace_id = headers.get(b"lambda-runtime-trace-id")
        if trace_id is not None:
            variables[b"_X_AMZN_TRACE_ID"] = trace_id
        else:
            variables.pop(b"_X_AMZN_TRACE_ID", None)
        report = invoke(handler, headers, body)
        # Nothing is buffered, unless the function has asked for it: then it must be in the pipe before anyone learns that
        # the handler has ended.
        for stream in streams:
            try:
                stream.flush()
            except (OSError, ValueError):
                pass  # closed by the function


def _tell(how, *arguments):
    """Calls a function of `hearth_faults`, which needs the library wherever the function has pointed `sys.path`."""
    path, sys.path = sys.path, _initial_path
    try:
        import hearth_faults

        return getattr(hearth_faults, how)(*arguments)
    finally:
        sys.path = path


_initial_path = sys.path[:]


class _OwnFinder:
    """Finds this runtime's own modules wherever the function's code has pointed `sys.path`."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("hearth_") and name != "snapshot_restore_py":
            return None
        location = "%s/%s.py" % (DIRECTORY, name)
        return sys.modules["_frozen_importlib_external"].spec_from_file_location(name, location)


class _LoggingFinder:
    """Sets up the root logger as soon as something imports `logging`, so that a function without it does not pay."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        spec = sys.modules["_frozen_importlib_external"].PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def load_and_set_up(logging):
            load(logging)
            import hearth_logging

            hearth_logging.set_up(logging)

        spec.loader.exec_module = load_and_set_up
        return spec


def _quit(code=None):
    """What `exit` and `quit` are in an interpreter that was started with its site module."""
    raise SystemExit(code)


def _set_up_interpreter():
    """Makes the interpreter, which was started without its `site` module, look as Lambda's does."""
    version = "python%d.%d" % sys.version_info[:2]
    task_root = environment("LAMBDA_TASK_ROOT") or "/var/task"
    layers = ["/opt/python/lib/%s/site-packages" % version, "/opt/python"]
    python_path = environment("PYTHONPATH")
    own_python_path = python_path not in (None, "", DIRECTORY)
    path = [task_root] + ([] if own_python_path else layers) + sys.path
    # AWS's SDK, where this host has it: behind the standard library, so that what does not import it pays nothing.
    sdk = sys._xoptions.get("hearth_sdk")
    path += layers + ([sdk] if sdk else []) + ["%s/lib/%s/site-packages" % (sys.prefix, version)]
    sys.path[:] = dict.fromkeys(path)
    if not own_python_path:
        # for interpreters that the function starts
        set_environment("PYTHONPATH", "%s:%s" % (DIRECTORY, sdk) if sdk else DIRECTORY)

    builtins = sys.modules["builtins"]
    builtins.exit = builtins.quit = _quit
    for directory in [task_root] + layers:
        if _has_file(directory, ".pth"):
            import site

            site.addsitedir(directory)
    if own_python_path and any(_has_file(each, "sitecustomize.py") for each in python_path.split(":")):
        import sitecustomize  # noqa: F401 (a profiler or tracer that a layer brought)

    sys.meta_path.append(_OwnFinder)
    if "logging" in sys.modules:
        import hearth_logging

        hearth_logging.set_up(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, _LoggingFinder)


def _has_file(directory, end):
    try:
        return any(name.endswith(end) for name in posix.listdir(directory))
    except OSError:
        return False


DIRECTORY = __file__.rpartition("/")[0]
# Where framed log records go; not for the function, nor for what it starts.
LOG_DESCRIPTOR = None
FUNCTION_NAME = FUNCTION_VERSION = MEMORY_SIZE = LOG_GROUP_NAME = LOG_STREAM_NAME = None


def _read_function():
    """Sets what the contexts of all invocations say of the function, and takes what is the platform's alone."""
    global LOG_DESCRIPTOR, FUNCTION_NAME, FUNCTION_VERSION, MEMORY_SIZE, LOG_GROUP_NAME, LOG_STREAM_NAME
    FUNCTION_NAME = environment("AWS_LAMBDA_FUNCTION_NAME")
    FUNCTION_VERSION = environment("AWS_LAMBDA_FUNCTION_VERSION")
    MEMORY_SIZE = environment("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
    LOG_GROUP_NAME = environment("AWS_LAMBDA_LOG_GROUP_NAME")
    LOG_STREAM_NAME = environment("AWS_LAMBDA_LOG_STREAM_NAME")
    descriptor = environment("_LAMBDA_TELEMETRY_LOG_FD")
    if descriptor is not None:
        set_environment("_LAMBDA_TELEMETRY_LOG_FD", None)
        LOG_DESCRIPTOR = int(descriptor)
        posix.set_inheritable(LOG_DESCRIPTOR, False)


def _channel():
    """The stream socket that the process was born with, if it was."""
    descriptor = environment("_HEARTH_CHANNEL")
    if descriptor is None:
        return None
    set_environment("_HEARTH_CHANNEL", None)
    return hearth_api.channel(int(descriptor))


def main():
    channel = _channel()
    if environment("_HEARTH_BOOT") is not None:
        set_environment("_HEARTH_BOOT", None)
        import hearth_boot

        hearth_boot.await_assignment(channel)
    _read_function()
    api = hearth_api.RuntimeApi(environment("AWS_LAMBDA_RUNTIME_API"), channel)
    _set_up_interpreter()
    try:
        handler = load_handler(environment("_HANDLER") or "")
    except Exception as error:
        api.report(_tell("init_error", error))
        sys.exit(1)
    if environment("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        import hearth_snapshot

        hearth_snapshot.await_restore(api, _tell)
    serve(api, handler)
