"""The known bugs of JAX, looked for in the JAX that is installed."""

from __future__ import annotations

from jaxsmith.replay.known import Replayed, known_bugs, render, replay_all

__all__ = ["Replayed", "known_bugs", "render", "replay_all"]
