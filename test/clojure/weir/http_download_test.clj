(ns weir.http-download-test
  "Files as they are fetched from Clojure."
  (:require
   [aleph.http :as http]
   [clojure.test :refer [deftest is]]
   [weir.http.download :refer [download]])
  (:import
   (java.io File)
   (java.nio.file Files)
   (java.nio.file.attribute FileAttribute)
   (weir.http HttpServer)))

(set! *warn-on-reflection* true)

(deftest a-file-is-fetched-with-the-options-of-a-request
  (let [folder (.toFile (Files/createTempDirectory "weir-test" (make-array FileAttribute 0)))
        target (File. folder "file")
        seen (atom [])]
    (with-open [^HttpServer server (http/start-server
                                    (fn [{:keys [headers]}]
                                      (if (= "Bearer t" (get headers "authorization"))
                                        {:status 200 :body "content"}
                                        {:status 401}))
                                    {:port 0 :shutdown-timeout 0})]
      (let [url (str "http://localhost:" (.port server))
            fetched (deref (download url target {:oauth-token "t" :progress-bar? false
                                                 :on-progress #(swap! seen conj [%1 %2])})
                           20000 :too-late)]
        (is (= (.toPath target) fetched))
        (is (= "content" (slurp target)))
        (is (= [7 7] (peek @seen)))
        (is (= 401 (:status (ex-data (try (deref (download url target {:progress-bar? false}) 20000 nil)
                                          (catch Exception e e))))))
        (is (thrown? IllegalArgumentException (download url 7)))))))
