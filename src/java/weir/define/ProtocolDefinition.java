package weir.define;

import clojure.lang.AFn;
import clojure.lang.Compiler;
import clojure.lang.IFn;
import clojure.lang.IObj;
import clojure.lang.IPersistentMap;
import clojure.lang.IPersistentVector;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.MethodImplCache;
import clojure.lang.Namespace;
import clojure.lang.PersistentArrayMap;
import clojure.lang.RT;
import clojure.lang.Symbol;
import clojure.lang.Var;
import java.util.ArrayList;
import java.util.List;

/**
 * Defines a protocol whose methods take the object alone, as {@code clojure.core/defprotocol} does: an
 * interface, a map in a var, and the var of a function for each method.
 */
final class ProtocolDefinition extends AFn {

  private static final Keyword DOC = Keyword.intern("doc");
  private static final Keyword ARGLISTS = Keyword.intern("arglists");
  private static final Keyword NAME = Keyword.intern("name");
  private static final Keyword TAG = Keyword.intern("tag");
  private static final Keyword ON = Keyword.intern("on");
  private static final Keyword ON_INTERFACE = Keyword.intern("on-interface");
  private static final Keyword SIGS = Keyword.intern("sigs");
  private static final Keyword VAR = Keyword.intern("var");
  private static final Keyword METHOD_MAP = Keyword.intern("method-map");
  private static final Keyword METHOD_BUILDERS = Keyword.intern("method-builders");
  private static final Keyword PROTOCOL = Keyword.intern("protocol");
  private static final Symbol DEF = Symbol.intern("def");

  private final Namespace namespace;
  private final Symbol name;
  private final String doc;
  private final List<Signature> signatures = new ArrayList<>();
  private final String interfaceName;

  private record Signature(Symbol method, Object arglists, Object doc) {
    String munged() {
      return Compiler.munge(method.getName());
    }

    Keyword key() {
      return Keyword.intern(method.getName());
    }

    IPersistentMap described() {
      IObj named = method.withMeta(RT.map(DOC, doc, ARGLISTS, arglists));
      return RT.map(TAG, null, NAME, named, ARGLISTS, arglists, DOC, doc);
    }
  }

  private ProtocolDefinition(Namespace namespace, Symbol name, String doc) {
    this.namespace = namespace;
    this.name = name;
    this.doc = doc;
    String room = namespace.getName().getName().replace('-', '_');
    interfaceName = Compiler.munge(room).concat(".").concat(Compiler.munge(name.getName()));
  }

  /** Returns a form, or null for a protocol that Clojure has to define. */
  static Object of(Namespace namespace, Symbol name, ISeq declaration) {
    String doc = RT.first(declaration) instanceof String text ? text : null;
    ProtocolDefinition definition = new ProtocolDefinition(namespace, name, doc);
    for (ISeq s = doc == null ? declaration : declaration.next(); s != null; s = s.next()) {
      if (!(s.first() instanceof ISeq signature) || !definition.add(signature)) {
        return null;
      }
    }
    Object about = name.withMeta((IPersistentMap) RT.assoc(name.meta(), DOC, doc));
    return RT.list(DEF, about, RT.list(definition));
  }

  private boolean add(ISeq signature) {
    boolean simple =
        RT.first(signature) instanceof Symbol method
            && method.meta() == null
            && isFree(method)
            && RT.second(signature) instanceof IPersistentVector parameters
            && parameters.count() == 1
            && (RT.third(signature) == null || RT.third(signature) instanceof String)
            && RT.count(signature) <= 3;
    if (simple) {
      ISeq arglists = RT.list(RT.second(signature)).seq();
      signatures.add(new Signature((Symbol) signature.first(), arglists, RT.third(signature)));
    }
    return simple;
  }

  /** Whether the protocol overwrites nothing but itself; otherwise Clojure warns. */
  private boolean isFree(Symbol method) {
    Object mapped = namespace.getMapping(method);
    Var protocol = namespace.findInternedVar(Symbol.intern(name.getName()));
    return mapped == null
        || mapped instanceof Var var && var.meta().valAt(PROTOCOL) == protocol && protocol != null;
  }

  /** Defines what belongs to the protocol, and returns its map. */
  @Override
  public Object invoke() {
    Var var = namespace.intern(Symbol.intern(name.getName()));
    Class<?> onInterface = defineInterface();
    IPersistentMap described = PersistentArrayMap.EMPTY;
    IPersistentMap builders = PersistentArrayMap.EMPTY;
    IPersistentMap methods = PersistentArrayMap.EMPTY;
    for (Signature signature : signatures) {
      IPersistentMap about = signature.described();
      Var function = namespace.intern(signature.method());
      function.setMeta(about.assoc(PROTOCOL, var));
      described = described.assoc(signature.key(), about);
      methods = methods.assoc(signature.key(), signature.key());
      builders = builders.assoc(function, builder(onInterface, signature));
    }
    IPersistentMap before =
        var.hasRoot() && var.getRawRoot() instanceof IPersistentMap map
            ? map
            : PersistentArrayMap.EMPTY;
    IPersistentMap protocol =
        before
            .assoc(ON, Symbol.intern(interfaceName))
            .assoc(ON_INTERFACE, onInterface)
            .assoc(SIGS, described)
            .assoc(VAR, var)
            .assoc(METHOD_MAP, methods)
            .assoc(METHOD_BUILDERS, builders);
    protocol = doc == null ? protocol : protocol.assoc(DOC, doc);
    bindFunctions(protocol, builders);
    return protocol;
  }

  private Class<?> defineInterface() {
    List<String> methods = new ArrayList<>();
    for (Signature signature : signatures) {
      methods.add(signature.munged());
    }
    byte[] bytes = ProtocolClasses.protocolInterface(interfaceName.replace('.', '/'), methods);
    return Bytecode.define(interfaceName, bytes);
  }

  /** Clojure calls it to forget what was found for classes, whenever the protocol is extended. */
  private IFn builder(Class<?> onInterface, Signature signature) {
    String caller = interfaceName.concat("$").concat(signature.munged());
    byte[] bytes =
        ProtocolClasses.methodCaller(
            caller.replace('.', '/'), interfaceName.replace('.', '/'), signature.munged());
    IFn direct = Bytecode.make(caller, bytes);
    return new AFn() {
      @Override
      public Object invoke(Object cache) {
        return new ProtocolFunction((MethodImplCache) cache, onInterface, direct);
      }
    };
  }

  private void bindFunctions(IPersistentMap protocol, IPersistentMap builders) {
    for (Signature signature : signatures) {
      Var function = namespace.intern(signature.method());
      Symbol whole = function.toSymbol();
      MethodImplCache cache = new MethodImplCache(whole, protocol, signature.key());
      function.bindRoot(((IFn) builders.valAt(function)).invoke(cache));
    }
  }
}
