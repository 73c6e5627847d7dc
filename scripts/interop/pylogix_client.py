"""pylogix against the simulator: {"port", "cases", "tags", "types", "unknown", "readOnly"} in, results out."""
from pylogix import PLC

from report import attempt, differs, job, result, same

work = job()


def read(plc, case):
    answer = plc.Read(case["tag"], max(1, case["count"]))
    return answer.Status if answer.Status != "Success" else differs(answer.Value, case["initial"], case["bits"])


def write(plc, case):
    answer = plc.Write(case["tag"], case["written"])
    if answer.Status != "Success":
        return answer.Status
    answer = plc.Read(case["tag"], max(1, case["count"]))
    return answer.Status if answer.Status != "Success" else differs(answer.Value, case["written"], case["bits"])


def tag_list(plc):
    tags = plc.GetTagList()
    result("tag list", "status", tags.Status == "Success", tags.Status)
    # Its list also has the programs themselves; of several lengths it tells the first.
    seen = {one.TagName: [one.DataType, one.Array, one.Size] for one in tags.Value if not one.TagName.endswith(tuple(work["programs"]))}
    expected = {
        one["name"]: [one["template"], len(one["dims"]), one["dims"][0] if one["dims"] else 0] for one in work["tags"]
    }
    for name, kind in expected.items():
        result("tag list", name, seen.get(name) == kind, f"got {seen.get(name)}, expected {kind}")
    extra = sorted(seen.keys() - expected.keys())
    result("tag list", "no others", not extra, f"unexpected {extra[:5]}")


def structure(plc, expected):
    known = plc.UDTByName.get(expected["template"])
    if known is None:
        return "not in the list of types"
    # What programming software hides is in pylogix's list.
    return differs([field.TagName for field in known.Fields], expected["all"])


def many(answers, cases, key):
    return ", ".join(
        case["tag"] for case, answer in zip(cases, answers)
        if answer.Status != "Success" or not same(answer.Value, case[key], case["bits"])
    )


def run(plc):
    tag_list(plc)
    for one in work["types"]:
        attempt("structures", one["name"], lambda: structure(plc, one))
    for case in work["cases"]:
        if case["initial"] is not None:
            attempt(case["feature"], f'read {case["tag"]}', lambda: read(plc, case))
    packed = [case for case in work["cases"] if case["packed"] and case["initial"] is not None]
    attempt(
        "many in a packet",
        f"read {len(packed)} tags at once",
        lambda: many(plc.Read([case["tag"] for case in packed]), packed, "initial"),
    )
    for case in work["cases"]:
        if case["written"] is not None:
            attempt(case["feature"], f'write {case["tag"]}', lambda: write(plc, case))
    packed = [case for case in work["cases"] if case["packed"] and case["written"] is not None]
    answers = plc.Write([(case["tag"], case["written"]) for case in packed])
    attempt(
        "many in a packet",
        f"write {len(packed)} tags at once",
        lambda: ", ".join(answer.TagName for answer in answers if answer.Status != "Success"),
    )
    attempt("refusals", "an unknown tag", lambda: differs(plc.Read(work["unknown"]).Status, "Path segment error"))
    attempt("refusals", "a read-only tag", lambda: differs(plc.Write(work["readOnly"], 5).Status, "Privilege violation"))
    attempt(
        "identity and clock",
        "product name",
        lambda: differs(plc.GetModuleProperties(0).Value.ProductName, work["product"]),
    )
    attempt("identity and clock", "clock", lambda: differs(plc.GetPLCTime().Status, "Success"))
    attempt("identity and clock", "setting the clock", lambda: differs(plc.SetPLCTime().Status, "Success"))


with PLC("127.0.0.1", port=work["port"]) as plc:
    run(plc)
