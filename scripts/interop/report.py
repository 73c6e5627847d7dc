"""What the clients' programs share: their job comes as JSON on standard input, results go out as JSON lines."""
import json
import struct
import sys


def job():
    return json.load(sys.stdin)


def result(feature, item, ok, said=""):
    """One thing that was tried. `said` is what was seen where it is not as expected."""
    print(json.dumps({"feature": feature, "item": item, "ok": bool(ok), "said": "" if ok else str(said)[:400]}), flush=True)


def attempt(feature, item, check):
    """Runs one check: it returns '' where all is well, or what was seen. What it raises is a failure, not the end."""
    try:
        said = check()
    except Exception as error:  # noqa: BLE001: a client may raise anything
        said = f"{type(error).__name__}: {error}"
    result(feature, item, said == "", said)


def same(a, b, bits=32):
    """Equal values; floats as they are in `bits` bits, because 0.1 has another double for each."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], bits) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(same(x, y, bits) for x, y in zip(a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, (bool, int)) and isinstance(b, (bool, int)) and bool(a) == bool(b)
    if isinstance(a, float) or isinstance(b, float):
        shape = "<f" if bits == 32 else "<d"
        return not isinstance(a, str) and not isinstance(b, str) and struct.pack(shape, a) == struct.pack(shape, b)
    return type(a) is type(b) and a == b


def differs(got, expected, bits=32):
    """'' where `got` is as expected, else both in short."""
    return "" if same(got, expected, bits) else f"got {str(got)[:150]}, expected {str(expected)[:150]}"
