"""Files by names that others chose: where a name leads."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest

from bronnen.extract import extended
from bronnen.files import plain


@pytest.mark.parametrize("folder", ["C:\\map", "\\\\server\\deel\\map"])
def test_a_long_path_of_windows_lies_in_its_folder(folder: str) -> None:
    """The long form of a path has a mark before it, that of its folder may have none."""
    long = extended(f"{folder}\\{'a' * 300}.pdf")
    assert long.startswith("\\\\?\\") and not PureWindowsPath(long).is_relative_to(folder)
    assert PureWindowsPath(plain(long)).is_relative_to(plain(folder))
    assert PureWindowsPath(plain(long)).is_relative_to(plain(extended(folder, longest=1)))
    assert not PureWindowsPath(plain(extended(f"{folder}x\\{'a' * 300}.pdf"))).is_relative_to(folder)
