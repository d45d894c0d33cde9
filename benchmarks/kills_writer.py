"""The process that is killed: it writes to a library and says of each write that it is done, on its output.

python -m benchmarks.kills_writer DATA SEED DONE [large]

With `large` it treats the index as one of many passages: changes become segments of their own, which are joined in the
background, and search files are mapped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.kills_world import World, Write
from index import derived, live
from index.encoder import PACKAGED, load_encoder
from index.library import Incoming, Library


def main(folder: Path, seed: int, done: int, *, large: bool) -> None:
    """Go on with the writes after the first `done`, until killed."""
    if large:
        live._SMALL, derived.MAPPED_FROM = 0, 1
    encoder = load_encoder(PACKAGED)
    world = World(seed).advance(done)
    print("loaded", flush=True)
    library = Library(folder, encoder)
    while True:
        with library.writing():
            write(library, world.next())
        library.live.compact_soon()
        world.advance(1)
        print(world.done, flush=True)


def write(library: Library, item: Write) -> None:
    """Carry out a write; it is searchable when this returns."""
    if item.documents:
        library.add_many([Incoming(document, "", None, None) for document in item.documents])
        library.refresh()
    else:
        library.remove(item.document_id, purge=item.kind == "purge")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), large="large" in sys.argv[4:])
