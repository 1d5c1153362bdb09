"""What keeps a function that hangs, dies or raises anything from harming the rest of a run.

In the worker: ``Pulse`` tells which function is being examined, ``Words`` keeps what is said on
stderr where it survives the process, ``Interrupts`` knows whether somebody pressed Ctrl-C. In the
controller: ``Watchdog`` ends a worker whose function takes too long, ``Deaths`` makes of a death
what the record of the function says.
"""
