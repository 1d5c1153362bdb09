"""What a function can do to the process that it runs in, and what must be said of it.

Each fault is statements that run while JAX traces the function, with ``result`` at hand, which
they may change. A function stands for itself: it is written into the record that names it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        code: the statements.
        reason: what the record of the function gives as its reason; empty for one that is sound.
        said: a part of its detail.
    """

    code: str
    reason: str = ""
    said: str = ""


_EAT = """
import resource
_before = resource.getrlimit(resource.RLIMIT_AS)
_now = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (_now + 2**28, _before[1]))
try:
    _eaten = [bytearray(2**24) for _ in range(10**6)]
finally:
    resource.setrlimit(resource.RLIMIT_AS, _before)
"""

_SLEEP = """
import time
_shape = jax.ShapeDtypeStruct((), "int32")
_slept = jax.pure_callback(lambda: time.sleep(10**6), _shape)
result = jax.tree.map(lambda leaf: leaf + _slept.astype(leaf.dtype), result)
"""

_ENDLESS = """
_size = jax.tree.leaves(result)[0].size
_never = jax.lax.while_loop(lambda i: i >= 0, lambda i: (i + 1) % 7, _size)
result = jax.tree.map(lambda leaf: leaf + _never, result)
"""

_CHILD = """
import subprocess
subprocess.Popen(["sleep", "1000"])
while True:
    pass
"""

_RECURSE = """
def _deep(n):
    return _deep(n + 1)
_deep(0)
"""

_DELETE = """
import glob, os
_worker = os.environ.get("PYTEST_XDIST_WORKER", "controller")
for _path in glob.glob(f"*/.partial/parts/{_worker}.*"):
    os.unlink(_path)
"""

FAULTS = {
    "segfault": Fault("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV (signal 11)"),
    "abort": Fault(
        "import os; os.write(2, b'Check failed: mini'); os.abort()", "crashed", "Check failed: mini"
    ),
    "exit": Fault("import os; os._exit(7)", "crashed", "exit code 7"),
    "killed": Fault("import os; os.kill(os.getpid(), 9)", "crashed", "SIGKILL (signal 9)"),
    "python_loop": Fault("while True: pass", "timeout", "no end after"),
    "xla_loop": Fault(_ENDLESS, "timeout", "no end after"),
    "callback_sleep": Fault(_SLEEP, "timeout", "no end after"),
    "deadlock": Fault(
        "import threading; _l = threading.Lock(); _l.acquire(); _l.acquire()", "timeout", "no end"
    ),
    "stopped": Fault("import os; os.kill(os.getpid(), 19)", "timeout", "no end after"),
    "child_left": Fault(_CHILD, "timeout", "no end after"),
    "memory": Fault(_EAT, "trace_error", "MemoryError"),
    "base_exception": Fault("raise type('Odd', (BaseException,), {})('x')", "trace_error", "Odd"),
    "system_exit": Fault("raise SystemExit(3)", "trace_error", "SystemExit: 3"),
    "keyboard": Fault("raise KeyboardInterrupt", "trace_error", "KeyboardInterrupt"),
    "recursion": Fault(_RECURSE, "trace_error", "RecursionError"),
    "wrong_type": Fault("result = 'text'", "trace_error", "not a valid JAX type"),
    "not_a_number": Fault(
        "result = jax.tree.map(lambda leaf: leaf * float('nan'), result)", "nan_mismatch", ""
    ),
    "wrong_shape": Fault(
        "result = jax.tree.map(lambda leaf: leaf[None], result)", "wrong_shape", ""
    ),
    "stdout_closed": Fault("import os, sys; sys.stdout.close(); os.close(1)"),
    "stderr_closed": Fault("import os, sys; sys.stderr.close(); os.close(2)"),
    "part_deleted": Fault(_DELETE),
}  # fmt: skip
