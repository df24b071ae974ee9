"""Where finished runs live: one SQLite file, one row per run, read and written as plain data."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

APPLICATION = 0x52534153
"""Written into the header of the file, so that a store is told from any other SQLite file."""
SCHEMA = 1
_CREATE = """
CREATE TABLE runs (
    key TEXT PRIMARY KEY,
    measure INTEGER NOT NULL,
    settings TEXT NOT NULL,
    seed INTEGER NOT NULL,
    updates INTEGER NOT NULL,
    seconds REAL NOT NULL,
    peak_memory INTEGER,
    result TEXT NOT NULL,
    date TEXT NOT NULL,
    machine TEXT NOT NULL,
    rsa_edu TEXT NOT NULL,
    torch TEXT NOT NULL,
    numba TEXT NOT NULL,
    python TEXT NOT NULL
)
"""


class StoreError(OSError):
    """The store cannot be used; the sentence says why. What is in it stays as it is."""


@dataclass(frozen=True)
class Run:
    """One finished run.

    key: of its settings, see `key_of`; measure: version of what was measured and how. seconds: of
    training; peak_memory: bytes above a warm-up, None where not measured. result: plain numbers,
    see `rsa_edu.sweeps.measure`. date: of its end, UTC; machine: processor and system. rsa_edu,
    torch, numba, python: versions it ran with.
    """

    key: str
    measure: int
    settings: dict
    seed: int
    updates: int
    seconds: float
    peak_memory: int | None
    result: dict
    date: str
    machine: str
    rsa_edu: str
    torch: str
    numba: str
    python: str


COLUMNS = tuple(field.name for field in fields(Run))
NESTED = ("settings", "result")
"""The columns that hold words of their own."""
_NAMES = ", ".join(COLUMNS)


def key_of(settings: dict, measure: int) -> str:
    """The same for the same settings, whatever their order; another one for another `measure`."""
    text = json.dumps({"measure": measure, "settings": settings}, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Store:
    """The runs in one file; it is made where there is none.

    Args:
        path: of the file. Beside it SQLite keeps two more (-wal, -shm) while it is open.
        patience: seconds to wait for another program that is writing.
        writing: False opens it for reading only, and makes none.

    Raises:
        StoreError: no such folder or file, no permission, damaged, locked, full disk, or a file
            that is something else; here and from every method.

    Every call opens the file and closes it, so a store may be used from any thread, and nothing is
    half written when a process dies.
    """

    def __init__(self, path: str | Path, *, patience: float = 10.0, writing: bool = True):
        self.path, self.patience, self.writing = Path(path), patience, writing
        if not writing and not self.path.is_file():
            raise StoreError(f"there is no store {self.path}.")
        if not self.path.parent.is_dir():
            raise StoreError(f"the folder {self.path.parent} of store {self.path.name} is missing.")
        with self._open() as file:
            if not writing or file.execute("SELECT 1 FROM sqlite_schema").fetchone():
                self._examine(file)
            if writing:
                self._prepare(file)

    def add(self, run: Run) -> bool:
        """Write a run; False where its key is there already, whose run then stays."""
        return self.add_all([run]) == 1

    def add_all(self, runs: Iterable[Run]) -> int:
        """Write runs, all or none; how many were new."""
        rows = [_row(run) for run in runs]
        places = ", ".join("?" * len(COLUMNS))
        command = f"INSERT OR IGNORE INTO runs ({_NAMES}) VALUES ({places})"
        with self._open() as file:
            file.execute("BEGIN IMMEDIATE")
            before = file.total_changes
            file.executemany(command, rows)
            file.execute("COMMIT")
            return file.total_changes - before

    def runs(self) -> list[Run]:
        """All runs, in the order they were written."""
        with self._open() as file:
            rows = file.execute(f"SELECT {_NAMES} FROM runs ORDER BY rowid")
            return [_run(row) for row in rows]

    def get(self, key: str) -> Run | None:
        """The run with this key, or None."""
        with self._open() as file:
            row = file.execute(f"SELECT {_NAMES} FROM runs WHERE key = ?", [key]).fetchone()
        return None if row is None else _run(row)

    def keys(self) -> set[str]:
        """The keys of all runs."""
        with self._open() as file:
            return {key for (key,) in file.execute("SELECT key FROM runs")}

    def __contains__(self, key: str) -> bool:
        """Whether there is a run with this key."""
        with self._open() as file:
            return file.execute("SELECT 1 FROM runs WHERE key = ?", [key]).fetchone() is not None

    def __len__(self) -> int:
        """How many runs there are."""
        with self._open() as file:
            return file.execute("SELECT count(*) FROM runs").fetchone()[0]

    def __repr__(self) -> str:
        """The path."""
        return f"Store({str(self.path)!r})"

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one piece of work; whatever goes wrong is said in our words."""
        try:
            file = self._connect()
        except sqlite3.Error as error:
            raise self._said(error) from error
        try:
            yield file
        except sqlite3.Error as error:
            raise self._said(error) from error
        finally:
            file.close()

    def _connect(self) -> sqlite3.Connection:
        mode = "rwc" if self.writing else "ro"
        address = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            return _connection(address, self.patience)
        except sqlite3.OperationalError:
            # In a folder that cannot be written, SQLite needs to be told that nobody else writes.
            if self.writing:
                raise
            return _connection(f"{address}&immutable=1", self.patience)

    def _prepare(self, file: sqlite3.Connection) -> None:
        """Make the table where the file is new; find out now whether it can be written."""
        self._in_wal(file)
        file.execute("BEGIN IMMEDIATE")
        if not file.execute("SELECT 1 FROM sqlite_schema").fetchone():
            file.execute(_CREATE)
            file.execute(f"PRAGMA application_id = {APPLICATION}")
            file.execute(f"PRAGMA user_version = {SCHEMA}")
        file.execute("COMMIT")

    def _in_wal(self, file: sqlite3.Connection) -> None:
        """WAL: a run that is written stays written, and readers never wait.

        SQLite does not wait when two programs switch it on at once, so that is done here.
        """
        give_up = time.monotonic() + self.patience
        while True:
            try:
                file.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if _code(error) != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.02)

    def _examine(self, file: sqlite3.Connection) -> None:
        (application,) = file.execute("PRAGMA application_id").fetchone()
        (schema,) = file.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise StoreError(
                f"{self.path} is an SQLite file, but no store of rsa_edu; give another path."
            )
        if schema != SCHEMA:
            raise StoreError(
                f"{self.path} has schema {schema}, but this rsa_edu reads schema {SCHEMA}."
            )
        (verdict,) = file.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            what = verdict.splitlines()[-1]
            raise StoreError(_DAMAGED.format(path=self.path, error=what))

    def _said(self, error: sqlite3.Error) -> StoreError:
        sentence = _SENTENCES.get(_code(error), _OTHER)
        return StoreError(sentence.format(path=self.path, patience=self.patience, error=error))


# What SQLite reports, in a sentence that says what to do.
_DAMAGED = "{path} is damaged or no store ({error}); move it away, or put a copy in its place."
_READ_ONLY = "{path} may not be written ({error}); choose a store where you may write."
_FULL = "the disk of {path} is full ({error}); make room and start again, what is stored stays."
_LOCKED = (
    "{path} is being written by another program, and {patience:g} s were not enough ({error})."
)
_NO_FILE = "{path} cannot be opened ({error}); is it a file that you may read and write?"
_FAILS = "{path} cannot be read or written: its disk is full or fails ({error})."
_OTHER = "{path} cannot be used as a store ({error})."
_SENTENCES = {
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _NO_FILE,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FAILS,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
}


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's number for the kind of error; its upper bytes say more than is needed here."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _connection(address: str, patience: float) -> sqlite3.Connection:
    file = sqlite3.connect(address, timeout=patience, uri=True, isolation_level=None)
    try:
        file.execute("SELECT 1 FROM sqlite_schema").fetchone()  # Connecting alone reads nothing.
    except sqlite3.Error:
        file.close()
        raise
    return file


def _row(run: Run) -> list:
    plain = asdict(run)
    for name in NESTED:
        plain[name] = json.dumps(plain[name], allow_nan=False)
    return [plain[name] for name in COLUMNS]


def _run(row: tuple) -> Run:
    plain = dict(zip(COLUMNS, row, strict=True))
    for name in NESTED:
        plain[name] = json.loads(plain[name])
    return Run(**plain)
