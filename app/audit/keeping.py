"""What a clock does with the record every second: seal, hand out checkpoints, move out."""

from __future__ import annotations

import logging

from .checkpoint_file import CheckpointFile
from .moving import Mover
from .seal import Sealer

_log = logging.getLogger("countersign.record")


class Keeping:
    """The record of one deployment; any number of processes may keep it at once.

    `file` and `mover` are None where there is no folder to put anything into.
    """

    def __init__(self, sealer: Sealer, file: CheckpointFile | None, mover: Mover | None) -> None:
        self._sealer = sealer
        self._file = file
        self._mover = mover
        self._problem: str | None = None

    def run(self) -> bool:
        """One round; whether there is more to do at once. Raises `StoreUnavailable`."""
        done = self._sealer.round()
        try:
            if self._file is not None:
                self._file.catch_up(done.head)
            if self._mover is not None:
                self._mover.move(done.head.checkpoint_seq)
            self._problem = None
        except OSError as error:
            # Sealing goes on; everything stays in the store until the folder takes it.
            if str(error) != self._problem:
                _log.error("the folder of the record can't be written, tried again: %s", error)
            self._problem = str(error)
        return done.more
