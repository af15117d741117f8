# "json is written in C, so it runs outside the GIL" -- use threads
import json
from concurrent.futures import ThreadPoolExecutor, as_completed


def make_orders(customer):
    return json.dumps(
        [
            {
                "id": i,
                "customer": customer,
                "lines": [{"sku": f"A{j}", "qty": j % 5, "price": j * 1.25} for j in range(8)],
            }
            for i in range(900)
        ]
    )


def revenue(payload):
    total = 0.0
    for _ in range(14):
        orders = json.loads(payload)
        total = sum(line["qty"] * line["price"] for order in orders for line in order["lines"])
        payload = json.dumps(orders)
    return total


payloads = [make_orders(c) for c in range(16)]
with ThreadPoolExecutor(8) as ex:
    futures = {ex.submit(revenue, p): c for c, p in enumerate(payloads)}
    results = {futures[f]: f.result() for f in as_completed(futures)}

print(f"revenue: {sum(results[c] for c in sorted(results)):.2f}")
