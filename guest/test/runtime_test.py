"""The base of the runtimes' tests, and how they are repeated for every version of a runtime."""

import unittest

from runtime_process import RuntimeProcess


class RuntimeTest(unittest.TestCase):
    """Tests of one version of a runtime; `command()` starts it."""

    maxDiff = None
    version = None

    def command(self):
        raise NotImplementedError

    def start(self, files, handler, **options):
        runtime = RuntimeProcess(self.command(), files, handler, **options)
        self.addCleanup(self._finish, runtime)
        return runtime

    def _finish(self, runtime):
        runtime.close()
        self.assertEqual(runtime.api.violations, [])


def for_each(versions, find, tests, namespace):
    """Adds to a module one class of these tests for each version; missing interpreters are skipped with the reason."""
    for version in versions:
        interpreter = find(version)
        name = "%s_%s" % (tests.__name__.lstrip("_"), version.replace(".", "_"))
        attributes = {"version": version, "interpreter": interpreter, "__module__": namespace["__name__"]}
        case = type(name, (tests, RuntimeTest), attributes)
        if interpreter is None:
            case = unittest.skip("%s %s is not on this host" % (find.__name__, version))(case)
        namespace[name] = case
