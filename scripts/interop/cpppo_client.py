"""
Reads tags of cpppo's server with cpppo's own client: {"port", "tags": {"Name": count}} in, {"Name": [values]} out.
Of long arrays the first and the last hundred elements: cpppo takes its time.
"""
import json
import sys

from cpppo.server.enip import client

# Elements of one request: the answer to more of them would come in parts.
AT_ONCE = 100


def starts(count):
    return range(0, count, AT_ONCE) if count <= 2 * AT_ONCE else (0, count - AT_ONCE)


work = json.load(sys.stdin)
parts = []
for name, count in work["tags"].items():
    parts += [(name, f"{name}[{at}-{min(at + AT_ONCE, count) - 1}]") for at in starts(count)]
seen = {name: [] for name in work["tags"]}
with client.connector(host="127.0.0.1", port=work["port"], timeout=10) as connection:
    operations = client.parse_operations([part for _, part in parts])
    for index, _, _, _, status, value in connection.synchronous(operations=operations, timeout=10):
        seen[parts[index][0]] += value if isinstance(value, list) else []
print(json.dumps(seen))
