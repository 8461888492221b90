"""The record that can be checked: who signs it, and where it goes."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from ..audit.checkpoint_file import CheckpointFile
from ..audit.keeping import Keeping
from ..audit.keys import SealingKey
from ..audit.moving import Mover
from ..audit.seal import Sealer
from ..domain.errors import SettingsRefused
from ..settings import Settings, StoreSettings
from .store import Store, secret_of

_log = logging.getLogger("countersign.record")


def build_sealing_key(settings: StoreSettings) -> SealingKey:
    """What checkpoints are signed with. Raises `SettingsRefused` for what is no key."""
    if settings.audit_key is None:
        return SealingKey.derived(secret_of(settings))
    return SealingKey.of(settings.audit_key.get_secret_value())


def keeping_of(settings: Settings, store: Store) -> Keeping:
    """Raises `SettingsRefused` for a key or a folder that can't be used."""
    ledger, upkeep, folder = store.ledger, store.upkeep, settings.audit_dir
    sealer = Sealer(ledger, upkeep, build_sealing_key(settings))
    if folder is None:
        _log.warning(
            "COUNTERSIGN_AUDIT_DIR is not set: checkpoints stay in Redis, where whoever can "
            "rewrite the record can rewrite them too, and nothing is moved out"
        )
        return Keeping(sealer, None, None)
    _make(folder)
    mover = Mover(ledger, upkeep, folder, settings.retention_s * 1000)
    return Keeping(sealer, CheckpointFile(folder, ledger, upkeep), mover)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        writable = False
    if not writable:
        raise SettingsRefused(
            f"COUNTERSIGN_AUDIT_DIR: nothing can be written into {folder}.",
            "Name a folder that the clock may write into, on a disk that outlives it.",
        )
