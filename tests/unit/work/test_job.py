"""What a delivery may be called."""

from __future__ import annotations

import pytest

from bot.work import Delivery


@pytest.mark.parametrize("name", ["", "x" * 501, "E\x001", "\ud800", "a\nb"])
@pytest.mark.parametrize("field", ["id", "key", "kind"])
def test_unusable_names_are_refused(field: str, name: str) -> None:
    names = {"id": "E1", "key": "K1", "kind": "turn"} | {field: name}
    with pytest.raises(ValueError, match="printable"):
        Delivery(**names, payload={})


@pytest.mark.parametrize("share", ["x" * 501, "E\x001", "\ud800", "a\nb"])
def test_unusable_shares_are_refused(share: str) -> None:
    with pytest.raises(ValueError, match="printable"):
        Delivery("E1", "K1", "turn", {}, share=share)


def test_usual_names_are_taken() -> None:
    assert Delivery("Ev0123", "T1:C1:1700000000.000100", "turn", {}).id == "Ev0123"
