"""Finds the interpreters of this host; those in unusual places can be named in HEARTH_TEST_INTERPRETERS, a path list."""

import functools
import glob
import os
import shutil
import subprocess


def python(version):
    """The path of `python3.X`, or None."""
    name = "python" + version
    places = [os.path.expanduser("~/.pyenv/versions/%s.*/bin" % version), "/usr/local/bin", "/usr/bin", "/opt/*/bin"]
    if "PYENV_ROOT" in os.environ:
        places.insert(0, os.path.join(os.environ["PYENV_ROOT"], "versions", version + ".*", "bin"))
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    return _first(name, places, lambda path: _output(path, "-I", "-S", "-c", program) == version)


def node(major):
    """The path of a Node.js of this major version, or None."""
    places = ["~/.nvm/versions/node/v%s.*/bin" % major, "/usr/local/bin", "/usr/bin", "/opt/*/bin"]
    places = [os.path.expanduser(place) for place in places]
    return _first("node", places, lambda path: _output(path, "--version").startswith("v%s." % major))


def java(major):
    """The path of a JVM of this major version, or None."""
    places = ["/usr/lib/jvm/*/bin", "/opt/*/bin"]
    if "JAVA_HOME" in os.environ:
        places.insert(0, os.path.join(os.environ["JAVA_HOME"], "bin"))
    return _first("java", places, lambda path: ' version "%s' % major in _output(path, "-version"))


def _first(name, places, fits):
    candidates = os.environ.get("HEARTH_TEST_INTERPRETERS", "").split(os.pathsep)
    for place in places:
        candidates += sorted(glob.glob(os.path.join(place, name)))
    candidates.append(shutil.which(name))
    for candidate in candidates:
        if candidate and os.path.basename(candidate) == name and os.access(candidate, os.X_OK) and fits(candidate):
            return candidate
    return None


@functools.lru_cache(maxsize=None)
def _output(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()
