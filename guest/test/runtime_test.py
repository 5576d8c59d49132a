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


def versions(fits, _reason):
    """Marks a test that, for a reason, is only for versions whose major number fits; others do not have it."""

    def mark(test):
        test.fits = fits
        return test

    return mark


class _Missing(unittest.TestCase):
    """Stands for the tests of a version whose interpreter is missing."""

    reason = ""

    def test_all(self):
        self.skipTest(self.reason)


def for_each(all_versions, find, tests, namespace):
    """Adds to a module one class of these tests for each version; a missing interpreter is one skipped test."""
    for version in all_versions:
        interpreter = find(version)
        name = "%s_%s" % (tests.__name__.lstrip("_"), version.replace(".", "_"))
        attributes = {"version": version, "interpreter": interpreter, "__module__": namespace["__name__"]}
        for test_name, test in vars(tests).items():
            if hasattr(test, "fits") and not test.fits(int(version.split(".")[0])):
                attributes[test_name] = None
        if interpreter is None:
            case = type(name, (_Missing,), {"reason": "%s %s is not on this host" % (find.__name__, version)})
        else:
            case = type(name, (tests, RuntimeTest), attributes)
        namespace[name] = case
