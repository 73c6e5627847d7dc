"""
A client of others for the benchmark: {"client", "port", "tags": [[name, elements]]} as the first line. It connects, reads
everything once and says "ready"; after each "measure MS" it reads everything again and again for so long, at least once,
and prints tags per second.
"""
import json
import sys
import time

work = json.loads(sys.stdin.readline())


def pycomm3():
    from pycomm3 import LogixDriver

    plc = LogixDriver(f'127.0.0.1:{work["port"]}/0', init_program_tags=False)
    plc.open()
    names = [name if elements == 1 else f"{name}{{{elements}}}" for name, elements in work["tags"]]

    def read():
        for answer in plc.read(*names):
            if answer.error:
                raise RuntimeError(f"{answer.tag}: {answer.error}")

    return read


def pylogix():
    from pylogix import PLC

    plc = PLC("127.0.0.1", port=work["port"], timeout=30)
    names = [name if elements == 1 else (f"{name}[0]", elements) for name, elements in work["tags"]]

    def read():
        for answer in plc.Read(names):
            if answer.Status != "Success":
                raise RuntimeError(f"{answer.TagName}: {answer.Status}")

    return read




def measure(limit):
    begun = time.perf_counter()
    passes = 0
    while passes == 0 or time.perf_counter() - begun < limit:
        read()
        passes += 1
    return passes * len(work["tags"]) / (time.perf_counter() - begun)


connect = {"pycomm3": pycomm3, "pylogix": pylogix}[work["client"]]
read = connect()
read()
print("ready", flush=True)
for line in sys.stdin:
    limit = float(line.split()[1]) / 1000
    try:
        rate = measure(limit)
    except Exception:  # noqa: BLE001: a controller closes what was silent for two minutes, and others may take their time
        read = connect()
        read()
        rate = measure(limit)
    print(rate, flush=True)
