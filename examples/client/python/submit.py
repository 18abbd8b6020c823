"""Submits a mail and waits for its end: python3 submit.py ID ADDRESS."""
import sys

import holdfast

holdfast.submit("mails", {"to": sys.argv[2]}, sys.argv[1])
job = holdfast.ask("jobs/%s?wait=60" % sys.argv[1], timeout=90)
print(job["id"], job["state"].upper(), job["detail"])
sys.exit(0 if job["state"] == "succeeded" else 1)
