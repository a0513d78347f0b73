"""Vendored files are those whose hashes were recorded, and call nobody."""

import hashlib
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).resolve().parent.parent.parent / "static" / "vendor"
FOLDERS = sorted(path for path in VENDOR.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_hashes(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    recorded = {name: digest for digest, name in (line.split("  ") for line in lines)}
    present = {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    assert recorded.keys() == present
    for name, digest in recorded.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("path", sorted(VENDOR.rglob("*.css")), ids=lambda path: path.name)
def test_stylesheets_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert "@import" not in text
    assert "sourceMappingURL" not in text
    assert {url[:6] for url in re.findall(r"url\([\"']?([^\"')]+)", text)} == {"data:i"}


def test_license_is_there() -> None:
    assert [folder.name for folder in FOLDERS if not (folder / "LICENSE").is_file()] == []
