# make run      compiles the library and starts the example server; PORT=8080 chooses the port
# make test     builds the library and runs every test and check, as CI does
# The other targets are described in CONTRIBUTING.md. JAVA_HOME chooses the JDK.

PORT ?= 8080
MVN ?= mvn -B -ntp

ifdef JAVA_HOME
export JAVA_HOME
JAVA := $(JAVA_HOME)/bin/java
else
JAVA := java
endif

# Ring and its company, as Debian packages them; and what else the tests use.
RING_PACKAGES := libring-core-clojure libring-defaults-clojure libring-json-clojure \
  libring-jetty-adapter-clojure libcompojure-clojure
TEST_PACKAGES := curl openssl dnsmasq-base tinyproxy-bin microsocks socat redis-server nginx nghttp2-server nghttp2-client python3-h2

# The browser of the browser tests; every other target does without.
BROWSER_PACKAGES := chromium

# Netty loads native code and uses Unsafe, and JVMs that warn about it have these options.
NATIVE_ARGS := --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
JAVA_ARGS = $(shell $(JAVA) $(NATIVE_ARGS) -version >/dev/null 2>&1 && echo '$(NATIVE_ARGS)')

DEPENDENCIES := target/dependencies.classpath
SOURCES := src/clojure:examples:target/classes

.PHONY: run test verify test-25 lein-test same-jar repl format bench packages test-packages browser clean node-peers

run: packages $(DEPENDENCIES)
	$(MVN) -q compile
	@$(JAVA) $(JAVA_ARGS) -cp "$(SOURCES):$$(cat $(DEPENDENCIES))" clojure.main -m start-page $(PORT)

test: test-packages browser node-peers
	$(MVN) verify -Pchecks

# Tests alone, without the checks: make verify ARGS='-Dtest=ClojureTest -Dns=weir.ring-present-test'
verify:
	$(MVN) verify $(ARGS)

# The same tests on a newer JVM. The formatter runs on the older one only.
JDK_25 ?= $(firstword $(wildcard /usr/lib/jvm/*25*))
test-25: test-packages browser node-peers
	@test -n "$(JDK_25)" || { echo "No JDK 25 in /usr/lib/jvm: make test-25 JDK_25=/path/to/it"; exit 1; }
	JAVA_HOME="$(JDK_25)" $(MVN) verify -Dspotless.check.skip

lein-test: test-packages
	dev/debian-packages leiningen
	lein test

same-jar:
	dev/debian-packages leiningen
	dev/same-jar

repl: packages $(DEPENDENCIES)
	$(MVN) -q test-compile
	@$$(command -v rlwrap || true) $(JAVA) $(JAVA_ARGS) -Dio.netty.leakDetection.level=paranoid \
	  -cp "test/clojure:test/resources:$(SOURCES):target/test-classes:$$(cat $(DEPENDENCIES))" \
	  clojure.main -i dev/user.clj -e "(do (set! *warn-on-reflection* true) nil)" -r

format:
	$(MVN) -q spotless:apply

bench:
	$(MAKE) -C bench

packages:
	@dev/debian-packages $(RING_PACKAGES)

test-packages: packages
	@dev/debian-packages $(TEST_PACKAGES)

browser:
	@dev/debian-packages $(BROWSER_PACKAGES)

# Node's ws, the foreign peer of the WebSocket tests.
node-peers: test/node/node_modules/.package-lock.json

test/node/node_modules/.package-lock.json: test/node/package-lock.json
	@command -v npm >/dev/null || dev/debian-packages nodejs npm
	cd test/node && npm ci --no-audit --no-fund --ignore-scripts

$(DEPENDENCIES): pom.xml | packages
	@mkdir -p target
	$(MVN) -q dependency:build-classpath -Dmdep.outputFile=$@

clean:
	rm -rf target
