"""Check every installed package for known vulnerabilities, and say what could not be checked.

pip-audit exits alike for a finding and for a service it cannot reach, and it counts a package that
the service does not know as harmless. This step fails on a finding and only reports the rest: a
machine without that service must still be able to run the tests.
"""

import json
import subprocess
import sys


def main() -> int:
    """Return 1 when a package has a known vulnerability, else 0."""
    audit = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(audit.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (audit.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        say(f"not checked: the vulnerability service cannot be reached ({reason[:160]})")
        return 0

    findings = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no release yet'}"
        for package in packages
        for vulnerability in package.get("vulns", [])
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    checked = len(packages) - len(unknown)

    for finding in findings:
        say(finding)
    if not checked:
        say(f"not checked: the vulnerability service knows none of the {len(unknown)} packages")
    elif unknown:
        say(f"not checked: {', '.join(unknown)}")
    if checked and not findings:
        say(f"no known vulnerabilities in {checked} packages")
    return 1 if findings else 0


def say(message: str) -> None:
    """Print one line of the report."""
    sys.stdout.write(f"pip-audit: {message}\n")


if __name__ == "__main__":
    sys.exit(main())
