"""Check a smoke run: each case of the plan was completed or says why not, on enough interpreters.

usage: every-case-has-a-row RUN LEAST_INTERPRETERS
"""

import json
import sys
from pathlib import Path

run, least = Path(sys.argv[1]), int(sys.argv[2])
cases = json.loads((run / "plan.json").read_text())["cases"]
lines = [json.loads(line) for line in (run / "samples.jsonl").read_text().splitlines()]
processes = [line["process"] for line in lines if "process" in line]
outcomes = {}
for process in processes:
    outcomes.setdefault(process["case"], []).append(process["outcome"])

wrong, completed = [], set()
for index, case in enumerate(cases):
    kinds = {outcome["kind"] for outcome in outcomes.get(index, [])}
    if case["skip"]:
        print(f"skipped      {case['id']}: {case['skip']['reason']}")
    elif kinds == {"completed"}:
        completed.add(case["interpreter"])
    elif kinds == {"unsupported"}:
        print(f"unsupported  {case['id']}: {outcomes[index][0]['reason']}")
    else:
        wrong.append(f"{case['id']}: {outcomes.get(index, 'no row')}")
print(f"{len(cases)} cases, {len(processes)} processes, completed on {sorted(completed)}")
# hyperfine is installed where this runs: every cold case outside of a container has its second
# opinion.
states = json.loads((run / "environment.json").read_text())["interpreters"]
contained = {state["id"] for state in states if state["image"]}
here = [(index, case) for index, case in enumerate(cases) if case["interpreter"] not in contained]
cold = {index for index, case in here if case["conditions"].get("cold") and not case["skip"]}
opinions = {opinion["case"] for opinion in json.loads((run / "second-opinion.json").read_text())}
if not cold or opinions != cold:
    wrong.append(f"second opinions on {sorted(opinions)}, wanted {sorted(cold)}")
if wrong or len(completed) < least:
    sys.exit("\n".join([*wrong, f"completed on {len(completed)} interpreters, wanted {least}"]))
