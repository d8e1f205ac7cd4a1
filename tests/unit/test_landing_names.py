"""Names of files and columns that a terminal would obey, links, and inodes."""

import os
from pathlib import Path

import pytest

from orchestration.commands import land as land_command
from orchestration.landing.arrivals import known_files, unknown_files
from orchestration.settings.reading_rules import ReadingRules
from orchestration.text.printable import shown, shown_lines
from tests.support.raw_landings import ONE_ORDER, ORDERS, Landing

ESCAPES = "\x1b]0;x\x07\x1b[2J"


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("plain name", "plain name"),
        ("naïve 名 €", "naïve 名 €"),
        ("a\x1b[31mb\x07", r"a\x1b[31mb\x07"),
        ("a\nb\tc\rd", r"a\x0ab\x09c\x0dd"),
        ("a\x85b\x9bc", r"a\x85b\x9bc"),
        ("a\u202eb\u2028c\u200bd", r"a\u202eb\u2028c\u200bd"),
        ("a\udcffb", r"a\udcffb"),
    ],
)
def test_what_a_terminal_obeys_is_shown(name: str, seen: str) -> None:
    assert shown(name) == seen
    assert shown(shown(name)) == seen


def test_lines_stay_lines() -> None:
    assert shown_lines("a\x1b\nb\n") == "a\\x1b\nb\n"


def test_no_message_holds_a_control_character(
    landing: Landing, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"a{ESCAPES}\nb"
    landing.put(f"orders/{name}.csv", f"order_id,x{ESCAPES}y\n1,2\n")
    landing.put(f"refunds/{name}.csv", "refund_id,amount,refunded_at,ord er\n1,2,3,4\n")
    landing.put(f"customers/{name}.parquet", "no parquet")
    landing.put(f"customers/{name}.txt", "x")
    landing.put(f"{name}.csv", "x")
    said = landing.refused()
    assert len(said.splitlines()) == 3
    assert all(ord(char) >= 32 for char in said.replace("\n", ""))
    for path in landing.folder.glob("*/*"):
        path.unlink()
    landing.put(f"orders/{name}.csv", f"{ORDERS},x{ESCAPES}\n1,7,2026-01-01,paid,1,2\n")
    landing.put(f"customers/{name}.txt", "x")
    report = landing.land()
    for line in land_command.lines_of(report):
        assert all(ord(char) >= 32 for char in line), line
    assert landing.files("file_path") == [(f"orders/{name}.csv",)]


@pytest.mark.parametrize("name", ["a\\[1]", "\\*", "x\\?\\[", "[\\]"])
def test_a_backslash_beside_marks_of_a_pattern_is_read(
    landing: Landing, name: str
) -> None:
    landing.put(f"orders/{name}.csv", ONE_ORDER)
    landing.put(
        f"orders/{name}.jsonl.gz",
        '{"order_id": 2, "ordered_at": 1, "status": "paid", "gross_amount": 1}',
    )
    landing.put_parquet(
        f"customers/{name}.parquet", "select 1 as customer_id, 2 as created_at"
    )
    landing.land()
    assert len(landing.files("file_path")) == 3


def test_links_that_leave_the_folder_are_followed_for_files_only(
    landing: Landing, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "deep" / "a.csv").write_text(ONE_ORDER)
    landing.put("orders.csv", ONE_ORDER)
    (landing.folder / "orders").mkdir()
    (landing.folder / "orders" / "file.csv").symlink_to(outside / "deep" / "a.csv")
    (landing.folder / "orders" / "out").symlink_to(outside)
    (landing.folder / "orders" / "root").symlink_to("/")
    (landing.folder / "refunds").symlink_to(outside)
    report = landing.land()
    assert landing.files("file_path") == [("orders.csv",), ("orders/file.csv",)]
    why = (
        "a link to a folder outside the landing folder; "
        "CUSTOMER360_FOLLOW_FOLDER_LINKS=true follows it"
    )
    assert {ignored.path: ignored.why for ignored in report.ignored} == dict.fromkeys(
        ("orders/out/", "orders/root/", "refunds/"), why
    )
    (landing.folder / "orders" / "root").unlink()
    (landing.folder / "refunds").unlink()
    landing.land(ReadingRules(follow_folder_links=True))
    assert ("orders/out/deep/a.csv",) in landing.files("file_path")


def test_a_link_within_the_folder_is_followed(landing: Landing) -> None:
    landing.put("_archive/a.csv", ONE_ORDER)
    (landing.folder / "orders").symlink_to(landing.folder / "_archive")
    landing.land()
    assert landing.files("file_path") == [("orders/a.csv",)]


# --- unchanged


def test_content_that_changed_under_its_old_size_and_time_is_noticed(
    landing: Landing,
) -> None:
    path = landing.put("orders.csv", ONE_ORDER)
    landing.land()
    before = path.stat()
    path.write_text(ONE_ORDER.replace("10.50", "99.99"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    landing.land()
    assert landing.column("orders", "gross_amount") == ["99.99"]


def test_another_file_of_the_same_size_and_time_is_noticed(landing: Landing) -> None:
    path = landing.put("orders.csv", ONE_ORDER)
    landing.land()
    before = path.stat()
    fresh = landing.put("_fresh", ONE_ORDER.replace("10.50", "99.99"))
    os.utime(fresh, ns=(before.st_atime_ns, before.st_mtime_ns))
    fresh.replace(path)
    landing.land()
    assert landing.column("orders", "gross_amount") == ["99.99"]


def test_a_state_of_an_earlier_version_reads_once_and_loads_nothing(
    landing: Landing,
) -> None:
    landing.put("orders.csv", ONE_ORDER)
    landing.land()
    for name in ("changed_at_ns", "inode", "read_as"):
        landing.connection.execute(f"alter table raw.landing_files drop column {name}")
    assert landing.land().loaded == ()
    [(changed_at_ns, inode)] = landing.files("changed_at_ns", "inode")
    status = (landing.folder / "orders.csv").stat()
    assert (changed_at_ns, inode) == (status.st_ctime_ns, status.st_ino)
    landing.connection.close()
    state = landing.folder.parent / "state.duckdb"
    assert unknown_files(landing.folder, landing.contract, state) == []
    assert list(known_files(state)) == ["orders.csv"]
