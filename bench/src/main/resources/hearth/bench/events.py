# Tells of each event that it runs on, and when it began; while HOLD is set, it takes so many seconds for each.
import os
import time

HOLD = float(os.environ.get("HOLD", "0"))


def handler(event, context):
    began = time.time_ns()
    print("ran", context.aws_request_id, began, flush=True)
    if HOLD:
        time.sleep(HOLD)
    return began
