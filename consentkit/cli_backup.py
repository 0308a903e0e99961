"""`consentkit backup`: whole copies of the files of a running site."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from consentkit.cli_options import config_option
from consentkit.config import Config, load
from consentkit.stats.stores.sqlite import naming
from consentkit.stats.stores.urls import file_of

KEPT = {
    "consent.db": "the proof of consent",
    "stats.db": "the published figures",
    "dashboard.db": "users, tokens, links, annotations and the audit trail",
}
"""What a copy is called, and what is in it."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@config_option
def backup(folder: Path, config_path: Path) -> None:
    """Copy the files of a site, running or not, into a folder, each as it was at one moment."""
    config = load(config_path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, source in files_of(config).items():
        copy = folder / name
        if copy.exists() and source.exists() and copy.samefile(source):
            raise click.UsageError(f"{copy} is the file of the running site; name another folder")
        if not source.exists():
            click.echo(f"{source} is not there yet: {KEPT[name]}")
            continue
        copy_of(source, copy)
        click.echo(f"{copy}  {copy.stat().st_size:,} bytes: {KEPT[name]}")
    click.echo("What waits to be published is left out: put back it would count twice.")


def files_of(config: Config) -> dict[str, Path]:
    """The files that are worth a backup, by the names of their copies."""
    addresses = (config.consent.ledger, config.stats.sink, config.dashboard.store)
    return {name: file_of(address, config.base) for name, address in zip(KEPT, addresses, strict=True)}


def copy_of(source: Path, copy: Path) -> None:
    """Copy a SQLite file that others may be writing to; the copy has mode 0600 and appears once it is whole."""
    partial = copy.with_name(f"{copy.name}.part")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        # Not `mode=ro`, which cannot read a file whose writers were killed.
        with naming(source), closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(partial)) as written:
            original.backup(written)
            # A file of its own, without the log that its source keeps beside it.
            written.execute("PRAGMA journal_mode=DELETE")
        # What somebody's use of the last copy left beside it would be read as this one's.
        for log in ("-wal", "-shm"):
            copy.with_name(f"{copy.name}{log}").unlink(missing_ok=True)
        partial.replace(copy)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
