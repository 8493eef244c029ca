(ns org.httpkit.sni-client
  "How TLS engines of clients are set up. Clients do this by themselves: `default-client` is kept for
  programs that put it in the place of `org.httpkit.client/*default-client*`."
  (:import
   (java.net URI)
   (java.util List)
   (javax.net.ssl SNIHostName SSLEngine)))

(set! *warn-on-reflection* true)

(defn- ip-literal? [^String host]
  (or (.startsWith host "[")
      (some? (re-matches #"\d+\.\d+\.\d+\.\d+" host))))

(defn ssl-configurer
  "Sets an SSLEngine up for the host of a URI and returns it: `:sni?` sends the host's name, unless it is
  an address, and `:hostname-verification?` holds the certificate against it. Both are true by default."
  (^SSLEngine [ssl-engine uri] (ssl-configurer nil ssl-engine uri))
  (^SSLEngine [{:keys [sni? hostname-verification?] :or {sni? true hostname-verification? true}}
               ^SSLEngine ssl-engine ^URI uri]
   (let [params (.getSSLParameters ssl-engine)
         host (.getHost uri)]
     ;; Nil would leave what is there.
     (.setEndpointIdentificationAlgorithm params (if hostname-verification? "HTTPS" ""))
     (.setServerNames params (if (and sni? host (not (ip-literal? host)))
                               (List/of (SNIHostName. host))
                               (List/of)))
     (doto ssl-engine
       (.setUseClientMode true)
       (.setSSLParameters params)))))

(def ^{:deprecated "2.7"} default-client
  "Nothing: the client of `org.httpkit.client` knows server names."
  (delay nil))
