(ns org.httpkit.compojure-test
  "The routing example of http-kit's documents, as it is written there."
  (:require
   [clojure.test :refer [deftest is]]
   [compojure.core :refer [context defroutes DELETE GET POST]]
   [compojure.route :as route]
   [org.httpkit.client :as http]
   [org.httpkit.server :refer [run-server]]))

(set! *warn-on-reflection* true)

(defn- show-landing-page [_] "landing")
(defn- get-user-by-id [req] (str "user " (-> req :params :id)))

(defroutes all-routes
  (GET "/" [] show-landing-page)
  (context "/user/:id" []
    (GET "/" [] get-user-by-id)
    (POST "/" [] "updated")
    (DELETE "/" [id] (str "deleted " id)))
  (route/not-found "<p>Page not found.</p>"))

(deftest compojure-routes
  (let [stop (run-server #'all-routes {:port 0})
        url (str "http://localhost:" (:local-port (meta stop)))]
    (try
      (is (= ["landing" "user 7" "updated" "deleted 7" "<p>Page not found.</p>"]
             (map #(:body (deref %))
                  [(http/get url) (http/get (str url "/user/7/")) (http/post (str url "/user/7/"))
                   (http/delete (str url "/user/7/")) (http/get (str url "/none"))])))
      (finally (stop)))))
