# What the scripts here share. Sourced, not run.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$bench/target

# The JVM that is measured: BENCH_JAVA_HOME, else a JDK 25 where distributions put it, else the default.
choose_java() {
  local home=${BENCH_JAVA_HOME:-}
  if [ -z "$home" ]; then
    for home in /usr/lib/jvm/*25*/ ""; do
      [ -x "$home/bin/java" ] && break
    done
  fi
  java=${home:+${home%/}/bin/}java
  jvm_args=(-Xms512m -Xmx512m -Dorg.slf4j.simpleLogger.defaultLogLevel=warn)
  local native=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
  if "$java" "${native[@]}" -version >/dev/null 2>&1; then
    jvm_args+=("${native[@]}")
  fi
}

# Compiles the library and the benchmarks and sets the class path.
build() {
  (cd "$bench" && ${MVN:-mvn -B -ntp -q} -f reactor.xml process-classes) || exit 1
  classpath=$out/classes:$bench/../target/classes:$(cat "$out/classpath")
}

# Prints where this was measured; nothing that names the machine.
machine() {
  echo "date:    $(date -u +%Y-%m-%d)"
  echo "commit:  $(git -C "$bench" rev-parse --short HEAD 2>/dev/null)$(
    [ -z "$(git -C "$bench" status --porcelain -- ../src 2>/dev/null)" ] || echo ' with changes')"
  echo "cpu:     $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -1), $(getconf _NPROCESSORS_ONLN) cores"
  echo "kernel:  $(uname -s) $(uname -r | sed 's/-.*//')"
  echo "jdk:     $("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/ *java.runtime.version = //p')"
}

median() {
  sort -g | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
