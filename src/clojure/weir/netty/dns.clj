(ns weir.netty.dns
  "Resolvers that ask name servers without blocking, for `aleph.netty`."
  (:require
   [weir.net-options :as net]
   [weir.options :as o])
  (:import
   (io.netty.resolver ResolvedAddressTypes)
   (io.netty.resolver.dns DnsAddressResolverGroup DnsNameResolverBuilder DnsServerAddressStreamProvider)
   (java.time Duration)
   (weir.net.dns DnsResolvers)))

(set! *warn-on-reflection* true)

;;; ---- DNS

(def dns-default-port "The port of name servers." 53)

(defn convert-address-types
  "Returns Netty's types of `:ipv4-only`, `:ipv6-only`, `:ipv4-preferred` or `:ipv6-preferred`."
  ^ResolvedAddressTypes [address-types]
  (case address-types
    :ipv4-only ResolvedAddressTypes/IPV4_ONLY
    :ipv6-only ResolvedAddressTypes/IPV6_ONLY
    :ipv4-preferred ResolvedAddressTypes/IPV4_PREFERRED
    :ipv6-preferred ResolvedAddressTypes/IPV6_PREFERRED
    (throw (o/illegal :address-types address-types
                      ":ipv4-only, :ipv6-only, :ipv4-preferred or :ipv6-preferred"))))

(defn dns-name-servers-provider
  "Returns the provider of name servers that are asked in order: strings \"host\" or \"host:port\", or
  InetSocketAddresses."
  ^DnsServerAddressStreamProvider [servers]
  (DnsResolvers/inOrder (vec servers)))

(def ^:private dns-known
  #{:max-payload-size :max-queries-per-resolve :address-types :query-timeout :min-ttl :max-ttl
    :negative-ttl :trace-enabled? :opt-resources-enabled? :search-domains :ndots :decode-idn?
    :recursion-desired? :name-servers :transport :epoll?})

(defn- dns-resolvers ^DnsResolvers [{:keys [address-types search-domains ndots name-servers] :as options}]
  (o/report-unknown! "aleph.netty/dns-resolver-group" options dns-known)
  (let [b (DnsResolvers/builder)
        flag #(not (false? (get options % true)))]
    (when-some [t (net/transport options)] (.transport b t))
    (when-some [n (o/positive-int options :max-payload-size)] (.maxPayloadBytes b n))
    (when-some [n (o/positive-int options :max-queries-per-resolve)] (.maxQueries b n))
    (when-some [t (o/non-negative options :query-timeout)] (.queryTimeout b (Duration/ofMillis t)))
    (.ttl b (int (or (o/non-negative options :min-ttl) 0))
          (int (or (o/non-negative options :max-ttl) Integer/MAX_VALUE)))
    (when-some [t (o/non-negative options :negative-ttl)] (.negativeTtl b (int t)))
    (when (and address-types (not= :auto address-types))
      (.addressTypes b (convert-address-types address-types)))
    (.trace b (boolean (:trace-enabled? options)))
    (.optResources b (flag :opt-resources-enabled?))
    (.decodeIdn b (flag :decode-idn?))
    (.recursionDesired b (flag :recursion-desired?))
    (when (some? search-domains)
      (.searchDomains b (mapv #(o/check :search-domains % (string? %) "strings") search-domains)))
    (when (some? ndots)
      (.ndots b (int (o/check :ndots ndots (and (integer? ndots) (<= -1 ndots 15)) "-1 to 15"))))
    (when (some? name-servers)
      (.servers b (dns-name-servers-provider name-servers)))
    b))

(defn dns-resolver-group-builder
  "Returns Netty's DnsNameResolverBuilder for these options; see `dns-resolver-group`."
  ^DnsNameResolverBuilder [dns-options]
  (.toNetty (dns-resolvers dns-options)))

(defn dns-resolver-group
  "Returns resolvers that ask name servers without blocking, for `:name-resolver`. Close them when they are
  not needed any more.

  | key | meaning (default)
  |:----|:----
  | `:name-servers` | \"host\", \"host:port\" or InetSocketAddress; the next one is asked when one does not answer (the system's)
  | `:query-timeout` | ms that a server may take (5000)
  | `:max-queries-per-resolve` | (16)
  | `:max-payload-size` | bytes of the largest answer over UDP; longer ones come over TCP (4096)
  | `:address-types` | `:ipv4-only`, `:ipv6-only`, `:ipv4-preferred`, `:ipv6-preferred` (what the machine has)
  | `:min-ttl`, `:max-ttl` | seconds that answers are kept for, at least and at most (0, no limit)
  | `:negative-ttl` | seconds for which a name's absence is remembered (0)
  | `:search-domains` | where short names are looked for (the system's)
  | `:ndots` | dots of a name that is first looked for as it is (-1: the system's)
  | `:decode-idn?` | return names with foreign letters as such (true)
  | `:recursion-desired?` | ask servers to ask others (true)
  | `:opt-resources-enabled?` | send OPT records (true)
  | `:trace-enabled?` | let failures tell each query (false)
  | `:transport`, `:epoll?` | (the best of the machine)"
  ^DnsAddressResolverGroup [dns-options]
  (.build (dns-resolvers dns-options)))
