#!/usr/bin/env bash
# Measures the worker against the rulers: benchmarks/run.sh W2 --rounds 3. Without arguments it says what else there is.
set -euo pipefail
cd "$(dirname "$0")/.."
MAVEN=./mvnw
"$MAVEN" -v >/dev/null 2>&1 || MAVEN=mvn
"$MAVEN" -q -B -ntp -pl benchmarks -am package -DskipTests \
  dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=target/lib
cd benchmarks
exec java -cp "target/sedano-benchmarks.jar:target/lib/*" dev.sedano.benchmarks.harness.Main "$@"
