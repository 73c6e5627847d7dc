#!/usr/bin/env bash
# Fetches Apache Kafka for the tests into .cache/kafka (46 MB, needs Maven). Does nothing where it is there already.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=.cache/kafka
pom=scripts/brokers/kafka/pom.xml
if cmp -s "$pom" "$target/pom.xml"; then exit 0; fi

# Into a folder beside it first, so that an interrupted run leaves no half Kafka behind.
mkdir -p .cache
fresh=$(mktemp -d .cache/kafka.XXXXXX)
trap 'rm -rf "$fresh"' EXIT
mvn -q -B -f "$pom" dependency:copy-dependencies -DoutputDirectory="$PWD/$fresh"
cp "$pom" "$fresh/pom.xml"
chmod 755 "$fresh"
rm -rf "$target"
mv "$fresh" "$target"
