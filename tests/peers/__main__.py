"""Count the stream anew and keep the figures."""

from tests.peers.differences import differences
from tests.peers.kept import as_tables, keep
from tests.peers.stream import stream

if __name__ == "__main__":
    found = differences(stream())
    keep(found)
    print(as_tables(found))
