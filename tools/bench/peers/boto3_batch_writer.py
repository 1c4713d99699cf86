"""Loads gzipped NDJSON with boto3's batch_writer, as its documentation shows it. Prints what the suite's child.ts prints."""

import gzip
import json
import os
import resource
import sys
import time
import uuid
from decimal import Decimal

import boto3
from botocore.config import Config

NAMESPACE = uuid.UUID("b0759858-e76b-5bf2-83cd-2b119a052fbf")

order = json.loads(sys.argv[1])
job = order["job"]
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
table = boto3.resource("dynamodb").Table(job["table"])


def carry(keys):
    count = 0
    for key in keys:
        answer = s3.get_object(Bucket=job["bucket"], Key=key)
        source = f"s3://{job['bucket']}/{key}"
        namespace = uuid.uuid5(NAMESPACE, f"item:{source}?etag=" + answer["ETag"].strip('"'))
        upload_date = answer["LastModified"].strftime("%Y-%m-%dT%H:%M:%S.000Z")
        with table.batch_writer() as batch, gzip.GzipFile(fileobj=answer["Body"]) as lines:
            for ordinal, line in enumerate(lines):
                batch.put_item(
                    Item={
                        "uuid": str(uuid.uuid5(namespace, str(ordinal))),
                        "upload_date": upload_date,
                        "feed": job["feed"],
                        "source": source,
                        "source_version": namespace.hex,
                        "ordinal": ordinal,
                        "record": json.loads(line, parse_float=Decimal),
                    }
                )
                count += 1
    return count


def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))


def peak():
    if os.path.exists("/proc/self/status"):
        return memory("VmHWM")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if "warmUpKey" in order:
    carry([order["warmUpKey"]])
idle = memory("VmRSS") if os.path.exists("/proc/self/status") else peak()
keys = [f"{order['keys']['prefix']}{index}{order['keys']['suffix']}" for index in range(order["keys"]["count"])]
cpu = time.process_time()
started = time.perf_counter()
records = carry(keys)
wall = time.perf_counter() - started
measured = {
    "records": records,
    "wallMs": wall * 1000,
    "cpuMs": (time.process_time() - cpu) * 1000,
    "idleBytes": idle,
    "peakBytes": peak(),
}
print(json.dumps(measured))
