package weir.define;

import clojure.lang.Compiler;
import clojure.lang.IFn;
import clojure.lang.IPersistentMap;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.Namespace;
import clojure.lang.RT;
import clojure.lang.Symbol;
import clojure.lang.Var;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Reads the simple forms of one arity: parameters, constants, names of vars and static fields, calls of
 * Java methods whose overload is plain from the classes that are known, calls of functions, {@code
 * instance?}. Each method returns null where it takes Clojure's compiler to say what a form means.
 */
final class ExpressionReader {

  private static final Keyword INLINE = Keyword.intern("inline");
  private static final Keyword INLINE_ARITIES = Keyword.intern("inline-arities");
  private static final Keyword PROTOCOL = Keyword.intern("protocol");
  private static final Keyword CONST = Keyword.intern("const");
  private static final Keyword TAG = Keyword.intern("tag");
  private static final Symbol DOT = Symbol.intern(".");
  private static final Symbol QUOTE = Symbol.intern("quote");
  private static final Symbol RUNTIME = Symbol.intern("clojure.lang.RT");
  private static final Var INSTANCE = Var.find(Symbol.intern("clojure.core", "instance?"));
  private static final int MOST_ARGUMENTS = 20;

  /** Asking a class for its methods makes copies each time. */
  private static final ClassValue<Method[]> METHODS =
      new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
          return type.getMethods();
        }
      };

  private final Namespace namespace;
  private final Symbol function;
  private final String owner;
  private final Map<Object, Integer> slots;
  private final int[] uses = new int[MOST_ARGUMENTS + 2];
  private final List<Object> constants;

  /**
   * @param function the name of the function that is defined
   * @param owner internal name of its class
   * @param slots where each parameter is
   * @param constants vars, symbols and keywords that the class holds already; more are added
   */
  ExpressionReader(
      Namespace namespace,
      Symbol function,
      String owner,
      Map<Object, Integer> slots,
      List<Object> constants) {
    this.namespace = namespace;
    this.function = function;
    this.owner = owner;
    this.slots = slots;
    this.constants = constants;
  }

  Expression read(Object form) {
    if (form == null || form instanceof Boolean || form instanceof String || form instanceof Long) {
      return new Expression.Constant(form);
    } else if (form instanceof Keyword) {
      return held(form);
    } else if (form instanceof Symbol symbol) {
      Integer slot = slots.get(symbol);
      return slot == null ? readName(symbol) : new Expression.Parameter(slot, uses);
    } else if (form instanceof ISeq call && call.first() instanceof Symbol operator) {
      return RT.get(RT.meta(form), TAG) == null ? readCall(operator, call.next()) : null;
    }
    return null;
  }

  private Expression held(Object constant) {
    if (!constants.contains(constant)) {
      constants.add(constant);
    }
    int index = constants.indexOf(constant);
    return new Expression.Held(owner, FunctionClass.constantName(index), constant.getClass());
  }

  /** Reads the name of a static field, or of a var. */
  private Expression readName(Symbol name) {
    if (RT.get(name.meta(), TAG) != null) {
      return null;
    }
    Class<?> type = name.getNamespace() == null ? null : classNamed(name.getNamespace());
    if (type != null) {
      return readField(type, name.getName());
    }
    Var var = varNamed(name);
    return var == null || var.isMacro() || var.meta().valAt(CONST) != null
        ? null
        : new Expression.VarValue(held(var));
  }

  private static Expression readField(Class<?> type, String name) {
    for (Field field : type.getFields()) {
      if (field.getName().equals(name) && Modifier.isStatic(field.getModifiers())) {
        return Expression.isBoxable(field.getType())
            ? new Expression.StaticField(type, field)
            : null;
      }
    }
    return null;
  }

  private Expression readCall(Symbol operator, ISeq forms) {
    if (slots.containsKey(operator)) {
      return null;
    } else if (operator.equals(DOT)) {
      return readDot(forms);
    } else if (operator.equals(QUOTE)) {
      return RT.first(forms) instanceof Symbol s && s.meta() == null ? held(s) : null;
    } else if (Compiler.specials.containsKey(operator)) {
      return null;
    } else if (operator.getNamespace() != null && classNamed(operator.getNamespace()) != null) {
      Class<?> type = classNamed(operator.getNamespace());
      return methodCall(null, type, operator.getName(), readAll(forms));
    } else if (operator.getName().startsWith(".") && forms != null) {
      return readInstanceCall(operator.getName().substring(1), forms);
    }
    return readVarCall(operator, forms);
  }

  /** Reads {@code (. Class method arguments)}, which inlined functions become. */
  private Expression readDot(ISeq forms) {
    if (RT.count(forms) < 2
        || !(RT.first(forms) instanceof Symbol name)
        || !(RT.second(forms) instanceof Symbol method)) {
      return null;
    }
    Class<?> type = name.equals(RUNTIME) ? RT.class : classNamed(name.getName());
    return type == null
        ? null
        : methodCall(null, type, method.getName(), readAll(forms.next().next()));
  }

  private Expression readInstanceCall(String method, ISeq forms) {
    Expression receiver = read(forms.first());
    if (receiver == null || receiver.type == null || receiver.type == Object.class) {
      return null;
    }
    return receiver.type.isPrimitive() || !Modifier.isPublic(receiver.type.getModifiers())
        ? null
        : methodCall(receiver, receiver.type, method, readAll(forms.next()));
  }

  private Expression readVarCall(Symbol operator, ISeq forms) {
    Var var = varNamed(operator);
    if (var == null || var.isMacro()) {
      return null;
    }
    if (var == INSTANCE) {
      return readInstanceCheck(forms);
    }
    IPersistentMap meta = var.meta();
    if (meta.valAt(INLINE) != null) {
      IFn arities = (IFn) meta.valAt(INLINE_ARITIES);
      return arities == null || RT.booleanCast(arities.invoke(RT.count(forms)))
          ? read(((IFn) meta.valAt(INLINE)).applyTo(forms))
          : null;
    }
    List<Expression> arguments = readAll(forms);
    return arguments == null || meta.valAt(PROTOCOL) != null || meta.valAt(CONST) != null
        ? null
        : new Expression.VarCall(held(var), arguments);
  }

  /** Returns the var that a symbol means, unless its value may depend on the thread. */
  private Var varNamed(Symbol name) {
    Object found;
    if (name.equals(function)) { // there is no such var the first time
      found = namespace.intern(Symbol.intern(name.getName()));
    } else if (name.getNamespace() == null) {
      found = namespace.getMapping(name);
    } else {
      Namespace other = Namespace.find(Symbol.intern(name.getNamespace()));
      boolean ambiguous = namespace.lookupAlias(Symbol.intern(name.getNamespace())) != null;
      found =
          other == null || ambiguous ? null : other.findInternedVar(Symbol.intern(name.getName()));
    }
    boolean usable =
        found instanceof Var var && !var.isDynamic() && (var.isPublic() || var.ns == namespace);
    return usable ? (Var) found : null;
  }

  private Expression readInstanceCheck(ISeq forms) {
    if (RT.count(forms) != 2 || !(forms.first() instanceof Symbol name)) {
      return null;
    }
    boolean isClass = name.getNamespace() == null && !slots.containsKey(name);
    Class<?> wanted = isClass ? classNamed(name.getName()) : null;
    Expression value = read(RT.second(forms));
    return wanted == null || value == null ? null : new Expression.InstanceCheck(wanted, value);
  }

  private List<Expression> readAll(ISeq forms) {
    List<Expression> all = new ArrayList<>();
    for (ISeq s = forms; s != null; s = s.next()) {
      Expression expression = read(s.first());
      if (expression == null || all.size() == MOST_ARGUMENTS) {
        return null;
      }
      all.add(expression);
    }
    return all;
  }

  /** Returns the class that was imported under a name, unless that may also mean a namespace. */
  private Class<?> classNamed(String name) {
    Symbol symbol = Symbol.intern(null, name);
    boolean isNamespace = namespace.lookupAlias(symbol) != null || Namespace.find(symbol) != null;
    return !isNamespace && namespace.getMapping(symbol) instanceof Class<?> type ? type : null;
  }

  private Expression methodCall(
      Expression receiver, Class<?> owner, String name, List<Expression> arguments) {
    if (arguments == null) {
      return null;
    }
    Method method = overload(owner, name, receiver == null, arguments);
    return method == null || !Expression.isBoxable(method.getReturnType())
        ? null
        : new Expression.MethodCall(receiver, owner, method, arguments);
  }

  /**
   * Returns the only method of as many parameters, if what is known of the arguments does not speak
   * against it; of several, the only one that takes them as they are.
   */
  private static Method overload(
      Class<?> owner, String name, boolean isStatic, List<Expression> arguments) {
    List<Method> candidates = new ArrayList<>();
    for (Method method : METHODS.get(owner)) {
      if (method.getParameterCount() == arguments.size()
          && method.getName().equals(name)
          && Modifier.isStatic(method.getModifiers()) == isStatic) {
        candidates.add(method);
      }
    }
    if (candidates.size() == 1) {
      Method only = candidates.get(0);
      return takes(only, arguments, false) ? only : null;
    }
    Method found = null;
    for (Method method : candidates) {
      if (takes(method, arguments, true)) {
        if (found != null) {
          return null;
        }
        found = method;
      }
    }
    return found;
  }

  private static boolean takes(Method method, List<Expression> arguments, boolean asTheyAre) {
    Class<?>[] parameters = method.getParameterTypes();
    for (int i = 0; i < parameters.length; i++) {
      Expression argument = arguments.get(i);
      if (asTheyAre ? !argument.suits(parameters[i]) : !argument.castsTo(parameters[i])) {
        return false;
      }
    }
    return true;
  }
}
