"""The blocks of files that earlier imports have read, as the store keeps them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from portal_data.store import OpenSession
from portal_data.zoho.blocks import Block, Known
from portal_data.zoho.books import SOURCE

_BLOCKS = """
    select digest, module, start, length, rows, reading
    from core.import_blocks where source = $source order by digest
"""
_FORGET = """
    delete from core.import_blocks
    where source = $source and module = $module and not (digest = any($kept))
"""
_COLUMNS = ("source", "digest", "module", "start", "length", "rows", "reading")


@dataclass
class BlockCache:
    """The blocks that earlier imports kept, by module; `key` says how files are read now."""

    key: str = ""
    blocks: dict[str, list[Block]] = field(default_factory=lambda: defaultdict(list))

    def known(self, module: str, header: Sequence[str]) -> Known:
        """Return the blocks that a module's file with this header may have."""
        return Known.of(self.key, header, self.blocks[module])

    def discard(self, digests: set[str]) -> None:
        """Leave blocks out, so that their bytes are read again."""
        for module, blocks in self.blocks.items():
            self.blocks[module] = [each for each in blocks if each.digest not in digests]


@dataclass(frozen=True, slots=True)
class FileBlocks:
    """What one file leaves behind: the blocks that are known already, and new ones."""

    module: str
    known: list[str]
    new: list[Block]


def read_block_cache(session: OpenSession, key: str) -> BlockCache:
    """Return what earlier imports kept."""
    cache = BlockCache(key)
    for row in session.rows(_BLOCKS, source=SOURCE):
        cache.blocks[row["module"]].append(Block(**row))
    return cache


class StaleBlocks(Exception):
    """What these blocks gave is not enough here: their bytes have to be read again."""

    def __init__(self, digests: set[str]) -> None:
        super().__init__(f"{len(digests)} blocks")
        self.digests = digests


def write_blocks(session: OpenSession, kept: Sequence[FileBlocks]) -> None:
    """Write what files leave behind in place of what was kept of their modules before."""
    for each in kept:
        session.change(_FORGET, source=SOURCE, module=each.module, kept=each.known)
        new = {block.digest: block for block in each.new if block.digest not in each.known}
        rows = [
            (SOURCE, b.digest, b.module, b.start, b.length, b.rows, b.reading) for b in new.values()
        ]
        session.load("core.import_blocks", _COLUMNS, rows)
