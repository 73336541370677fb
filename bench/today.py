"""What this software replaces, in its plainest form: one daily file after the other, line by line, to CSV and NetCDF.

Written for the comparison, after the published description of the observatory's scripts: Python's own csv and datetime, netCDF4.
Usage: python3 today.py OUT FILE...; prints lines per second. One core.
"""
import csv
import sys
import time
from datetime import datetime, timezone

from netCDF4 import Dataset

NAMES = ["Temperature", "Conductivity", "Pressure", "salinity"]


def decode(path):
    rows = []
    with open(path, encoding="latin-1") as lines:
        for line in lines:
            received = datetime.strptime(line[:17], "%Y%m%d %H:%M:%S").replace(tzinfo=timezone.utc)
            fields = [field.strip() for field in line[17:].split(",")]
            if len(fields) != len(NAMES) + 2:
                continue
            try:
                values = [float(field) for field in fields[: len(NAMES)]]
            except ValueError:
                continue
            rows.append((received, values))
    return rows


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["time"] + NAMES)
        for received, values in rows:
            writer.writerow([received.strftime("%Y-%m-%dT%H:%M:%SZ")] + values)


def write_netcdf(path, rows):
    with Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as out:
        out.createDimension("time", None)
        times = out.createVariable("time", "f8", ("time",))
        times.units = "seconds since 1970-01-01T00:00:00Z"
        times[:] = [received.timestamp() for received, _ in rows]
        for i, name in enumerate(NAMES):
            out.createVariable(name, "f4", ("time",))[:] = [values[i] for _, values in rows]


def main(out, paths):
    start = time.perf_counter()
    lines = 0
    for i, path in enumerate(paths):
        rows = decode(path)
        lines += len(rows)
        write_csv(f"{out}/{i}.csv", rows)
        write_netcdf(f"{out}/{i}.nc", rows)
    print(round(lines / (time.perf_counter() - start)))


main(sys.argv[1], sys.argv[2:])
