package weir.define;

import clojure.lang.Compiler;
import clojure.lang.IFn;
import clojure.lang.IObj;
import clojure.lang.IPersistentMap;
import clojure.lang.IPersistentVector;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.Namespace;
import clojure.lang.PersistentArrayMap;
import clojure.lang.PersistentVector;
import clojure.lang.RT;
import clojure.lang.RestFn;
import clojure.lang.Symbol;
import clojure.lang.Var;
import java.util.ArrayList;
import java.util.List;

/**
 * The functions behind macros that define functions. Those of {@code clojure.core} hold each definition
 * against a spec when it is expanded, and then the {@code fn} in it; in a JVM that has just started this
 * is three quarters of the time that a small function takes to load. What these make is the same.
 *
 * <p>A function that only hands its parameters on to Java becomes a class without Clojure's compiler,
 * unless there is more to it, such as type hints, or class files are wanted. Where parameters are
 * destructured or conditions stated, {@code clojure.core/fn} is asked after all.
 */
public final class Definitions {

  /** Expands to the definition of a function. */
  public static final IFn DEFN = macro(PersistentVector.EMPTY, PersistentArrayMap.EMPTY);

  /** Expands to the definition of a function of its namespace alone. */
  public static final IFn PRIVATE_DEFN = macro(PersistentVector.EMPTY, flag("private"));

  /** Expands to the definition of a macro. */
  public static final IFn DEFMACRO =
      macro(PersistentVector.create(Symbol.intern("&form"), Symbol.intern("&env")), flag("macro"));

  /** Expands to the definition of a protocol. */
  public static final IFn DEFPROTOCOL =
      new RestFn() {
        @Override
        public int getRequiredArity() {
          return 3;
        }

        @Override
        protected Object doInvoke(Object form, Object env, Object name, Object signatures) {
          ISeq all = RT.seq(signatures);
          Object definition =
              Bytecode.isForEvaluation()
                  ? ProtocolDefinition.of(namespace(), (Symbol) name, all)
                  : null;
          return definition == null ? RT.cons(CORE_DEFPROTOCOL, RT.cons(name, all)) : definition;
        }
      };

  private static final Symbol CORE_DEFPROTOCOL = Symbol.intern("clojure.core", "defprotocol");
  private static final Keyword DOC = Keyword.intern("doc");
  private static final Keyword ARGLISTS = Keyword.intern("arglists");
  private static final Keyword TAG = Keyword.intern("tag");
  private static final Keyword RETURN_TAG = Keyword.intern("rettag");
  private static final Keyword MACRO = Keyword.intern("macro");
  private static final Symbol DO = Symbol.intern("do");
  private static final Symbol VAR = Symbol.intern("var");
  private static final Symbol SET_MACRO = Symbol.intern(".setMacro");
  private static final Symbol DEF = Symbol.intern("def");
  private static final Symbol QUOTE = Symbol.intern("quote");
  private static final Symbol PLAIN = Symbol.intern("fn*");
  private static final Symbol FULL = Symbol.intern("clojure.core", "fn");

  private Definitions() {}

  /** Makes macros of vars. */
  public static void macros(List<?> vars) {
    for (Object var : vars) {
      ((Var) var).setMacro();
    }
  }

  /** Takes the instance of a class that is initialized; for classes that are defined here alone. */
  public static void made(IFn function) {
    Bytecode.made(function);
  }

  private static IPersistentMap flag(String name) {
    return RT.map(Keyword.intern(name), Boolean.TRUE);
  }

  /**
   * Returns a macro's function.
   *
   * @param before parameters that each arity has before those written
   * @param more further metadata of the var
   */
  private static IFn macro(IPersistentVector before, IPersistentMap more) {
    return new RestFn() {
      @Override
      public int getRequiredArity() {
        return 3;
      }

      @Override
      protected Object doInvoke(Object form, Object env, Object name, Object decl) {
        return definition((Symbol) name, RT.seq(decl), before, more);
      }
    };
  }

  private static Object definition(
      Symbol name, ISeq declaration, IPersistentVector before, IPersistentMap more) {
    ISeq rest = declaration;
    IPersistentMap about = PersistentArrayMap.EMPTY;
    if (RT.first(rest) instanceof String doc) {
      about = about.assoc(DOC, doc);
      rest = rest.next();
    }
    if (RT.first(rest) instanceof IPersistentMap attributes) {
      about = merge(about, attributes);
      rest = rest.next();
    }
    ISeq arities = RT.first(rest) instanceof IPersistentVector ? RT.list(rest).seq() : rest;
    IPersistentMap written = merge(name.meta(), about);
    IPersistentMap meta = merge(RT.map(ARGLISTS, RT.list(QUOTE, arglists(arities))), written);
    ISeq whole = behind(before, arities);
    Object made = null;
    boolean evaluated = Bytecode.isForEvaluation();
    if (evaluated && meta.valAt(TAG) == null) {
      made = FunctionClass.make(namespace(), name, whole);
    }
    if (made == null) {
      IObj function = (IObj) RT.cons(arePlain(arities) ? PLAIN : FULL, whole);
      made = function.withMeta(RT.map(RETURN_TAG, meta.valAt(TAG)));
    }
    ISeq definition = RT.list(DEF, name.withMeta(merge(meta, more)), made).seq();
    return evaluated || more.valAt(MACRO) == null ? definition : macro(name, definition);
  }

  /** Class files bind a var after they have set its metadata, which makes it a function again. */
  private static Object macro(Symbol name, Object definition) {
    Object var = RT.list(VAR, name);
    return RT.list(DO, definition, RT.list(SET_MACRO, var), var);
  }

  private static Namespace namespace() {
    return (Namespace) RT.CURRENT_NS.deref();
  }

  private static IPersistentMap merge(IPersistentMap first, IPersistentMap second) {
    return first == null ? second : (IPersistentMap) first.cons(second);
  }

  /** Returns the arities with further parameters before those written. */
  private static ISeq behind(IPersistentVector before, ISeq arities) {
    if (before.count() == 0) {
      return arities;
    }
    List<Object> all = new ArrayList<>();
    for (ISeq s = arities; s != null; s = s.next()) {
      ISeq arity = (ISeq) s.first();
      IPersistentVector parameters = (IPersistentVector) arity.first();
      IPersistentVector whole = before;
      for (int i = 0; i < parameters.count(); i++) {
        whole = whole.cons(parameters.nth(i));
      }
      all.add(RT.cons(((IObj) whole).withMeta(RT.meta(parameters)), arity.next()));
    }
    return RT.seq(all);
  }

  /** Whether no arity needs anything that {@code fn} has beyond {@code fn*}. */
  private static boolean arePlain(ISeq arities) {
    for (ISeq s = arities; s != null; s = s.next()) {
      ISeq arity = (ISeq) s.first();
      IPersistentVector parameters = (IPersistentVector) arity.first();
      for (int i = 0; i < parameters.count(); i++) {
        if (!(parameters.nth(i) instanceof Symbol)) {
          return false;
        }
      }
      if (RT.count(arity) > 2 && RT.second(arity) instanceof IPersistentMap) {
        return false;
      }
    }
    return true;
  }

  private static ISeq arglists(ISeq arities) {
    List<Object> all = new ArrayList<>();
    for (ISeq s = arities; s != null; s = s.next()) {
      all.add(resolved((IPersistentVector) ((ISeq) s.first()).first()));
    }
    return RT.seq(all);
  }

  /** A type hint names the class in full, for callers in other namespaces. */
  private static Object resolved(IPersistentVector parameters) {
    if (RT.get(RT.meta(parameters), TAG) instanceof Symbol tag
        && Compiler.maybeResolveIn(namespace(), tag) instanceof Class<?> type) {
      IPersistentMap meta = RT.meta(parameters).assoc(TAG, Symbol.intern(type.getName()));
      return ((IObj) parameters).withMeta(meta);
    }
    return parameters;
  }
}
