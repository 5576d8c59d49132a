"""Finds the interpreters of this host; those in unusual places can be named in HEARTH_TEST_INTERPRETERS, a path list. One
Node.js is fetched by npm if the host has none like it."""

import functools
import glob
import os
import shutil
import subprocess

# AWS has two clients for Node.js, and hosts seldom have a Node.js of the second: npm's `node` package brings one.
NODE_FROM_NPM = ("24",)
FROM_NPM = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "target", "from-npm")
LONGEST_INSTALLATION = 180  # seconds


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
    places.append(os.path.join(FROM_NPM, "node" + major, "node_modules/node/bin"))

    def fits(path):
        return _output(path, "--version").startswith("v%s." % major)

    found = _first("node", places, fits)
    if found is None and major in NODE_FROM_NPM and _install_node(major):
        found = _first("node", places[-1:], fits)
    return found


def java(major):
    """The path of a JVM of this major version, or None."""
    places = ["/usr/lib/jvm/*/bin", "/opt/*/bin"]
    if "JAVA_HOME" in os.environ:
        places.insert(0, os.path.join(os.environ["JAVA_HOME"], "bin"))
    name = "1.8" if major == "8" else major
    return _first("java", places, lambda path: ' version "%s' % name in _output(path, "-version"))


def _install_node(major):
    """Whether npm could install that Node.js; not every host has npm, or reaches its registry."""
    folder = os.path.join(FROM_NPM, "node" + major)
    npm = ["npm", "install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--fetch-retries=0"]
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(
            npm + ["node@" + major],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=LONGEST_INSTALLATION,
        )
        return done.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def ruby(version):
    """The path of a Ruby of this version, such as `3.3`, or None."""
    places = ["~/.rbenv/versions/%s.*/bin" % version, "~/.rubies/ruby-%s.*/bin" % version, "/usr/local/bin", "/usr/bin"]
    places = [os.path.expanduser(place) for place in places] + ["/opt/*/bin"]
    return _first("ruby", places, lambda path: _output(path, "-e", "print RUBY_VERSION").startswith(version + "."))


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
