"""pycomm3 against the simulator: {"port", "cases", "tags", "types", "unknown", "readOnly"} in, results out."""
from pycomm3 import LogixDriver

from report import attempt, differs, job, result, same

work = job()


def request(case):
    count = case["count"]
    return case["tag"] if count == 0 else f'{case["tag"]}{{{count}}}'


def read(plc, case):
    answer = plc.read(request(case))
    return f"{answer.tag}: {answer.error}" if answer.error else differs(answer.value, case["initial"], case["bits"])


def write(plc, case):
    answer = plc.write((request(case), case["written"]))
    if answer.error:
        return f"{answer.tag}: {answer.error}"
    answer = plc.read(request(case))
    return f"{answer.tag}: {answer.error}" if answer.error else differs(answer.value, case["written"], case["bits"])


def tag_list(plc):
    seen = {}
    for one in plc.get_tag_list("*", cache=False):
        kind = one["data_type_name"]
        dims = [length for length in one["dimensions"] if length > 0]
        seen[one["tag_name"]] = [kind, dims if one["dim"] else []]
    expected = {one["name"]: [one["type"], one["dims"]] for one in work["tags"]}
    for name, kind in expected.items():
        result("tag list", name, seen.get(name) == kind, f"got {seen.get(name)}, expected {kind}")
    extra = sorted(seen.keys() - expected.keys())
    result("tag list", "no others", not extra, f"unexpected {extra[:5]}")


def structure(plc, expected):
    known = plc.data_types.get(expected["name"])
    if known is None:
        return "not in the list of types"
    return differs(list(known["attributes"]), expected["members"])


def run(plc):
    tag_list(plc)
    for one in work["types"]:
        attempt("structures", one["name"], lambda: structure(plc, one))
    for case in work["cases"]:
        if case["initial"] is not None:
            attempt(case["feature"], f'read {case["tag"]}', lambda: read(plc, case))
    packed = [case for case in work["cases"] if case["packed"] and case["initial"] is not None]
    answers = plc.read(*[request(case) for case in packed])
    attempt(
        "many in a packet",
        f"read {len(packed)} tags at once",
        lambda: ", ".join(
            case["tag"] for case, answer in zip(packed, answers)
            if answer.error or not same(answer.value, case["initial"], case["bits"])
        ),
    )
    for case in work["cases"]:
        if case["written"] is not None:
            attempt(case["feature"], f'write {case["tag"]}', lambda: write(plc, case))
    packed = [case for case in work["cases"] if case["packed"] and case["written"] is not None]
    answers = plc.write(*[(request(case), case["written"]) for case in packed])
    attempt(
        "many in a packet",
        f"write {len(packed)} tags at once",
        lambda: ", ".join(answer.tag for answer in answers if answer.error),
    )
    attempt("refusals", "an unknown tag", lambda: "" if plc.read(work["unknown"]).error else "it was read")
    attempt("refusals", "a read-only tag", lambda: "" if plc.write((work["readOnly"], 5)).error else "it was written")
    attempt("identity and clock", "product name", lambda: differs(plc.get_plc_info()["product_name"], work["product"]))
    attempt("identity and clock", "program name", lambda: differs(plc.get_plc_name(), work["program"]))
    attempt("identity and clock", "clock", lambda: plc.get_plc_time().error or "")


with LogixDriver(f'127.0.0.1:{work["port"]}/0', init_program_tags=True) as plc:
    run(plc)
