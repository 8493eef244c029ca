;; Loads the namespaces that are named by the arguments and prints the milliseconds of CPU and of wall
;; time that it took.
(let [namespaces (mapv symbol *command-line-args*)
      threads (java.lang.management.ManagementFactory/getThreadMXBean)
      cpu (.getCurrentThreadCpuTime threads)
      wall (System/nanoTime)]
  (apply require namespaces)
  (let [cpu (- (.getCurrentThreadCpuTime threads) cpu)
        wall (- (System/nanoTime) wall)]
    (println (format "%.1f\t%.1f" (/ cpu 1e6) (/ wall 1e6)))
    (System/exit 0)))
