from __future__ import annotations

from bot.core.expiring_cache import ExpiringCache

LONG = 1_000.0  # seconds


def test_a_value_is_kept_for_its_time() -> None:
    known = ExpiringCache[str](10)
    known.keep("T1:C1", "ours", LONG)
    known.keep("T1:C2", "over", 0)

    assert known.get("T1:C1") == "ours"
    assert known.get("T1:C2") is None
    assert known.get("T1:C2", late=True) == "over"
    assert known.get("T1:C3", late=True) is None


def test_what_was_kept_first_goes() -> None:
    known = ExpiringCache[int](2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        known.keep(key, value, LONG)

    assert [known.get(key) for key in "abc"] == [3, None, 4]


def test_keys_are_dropped_by_their_beginning() -> None:
    known = ExpiringCache[int](10)
    for key in ("T1:C1", "T1:C2", "T2:C1"):
        known.keep(key, 1, LONG)

    known.drop("T1:")
    assert [known.get(key) for key in ("T1:C1", "T1:C2", "T2:C1")] == [None, None, 1]
    known.drop()
    assert known.get("T2:C1") is None
