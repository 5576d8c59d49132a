"""Starts the Python runtime: kept this small because a script, unlike a module, is compiled at every start."""

import hearth_runtime

hearth_runtime.main()
