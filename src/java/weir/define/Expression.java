package weir.define;

import static clojure.asm.Opcodes.ACONST_NULL;
import static clojure.asm.Opcodes.ALOAD;
import static clojure.asm.Opcodes.ASTORE;
import static clojure.asm.Opcodes.CHECKCAST;
import static clojure.asm.Opcodes.GETSTATIC;
import static clojure.asm.Opcodes.INSTANCEOF;
import static clojure.asm.Opcodes.INVOKEINTERFACE;
import static clojure.asm.Opcodes.INVOKESTATIC;
import static clojure.asm.Opcodes.INVOKEVIRTUAL;

import clojure.asm.MethodVisitor;
import clojure.asm.Type;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;

/** A part of a function's body, without any branch. */
abstract class Expression {

  /** What its value is known to be: Object if nothing is known, null for nil. */
  final Class<?> type;

  Expression(Class<?> type) {
    this.type = type;
  }

  /** Leaves the value on the stack; nothing if the type is {@code void}. */
  abstract void emit(MethodVisitor code);

  /** Leaves the value on the stack as an object. */
  final void emitBoxed(MethodVisitor code) {
    emit(code);
    if (type == void.class) {
      code.visitInsn(ACONST_NULL);
    } else if (type != null && type.isPrimitive()) {
      Class<?> box = boxOf(type);
      String descriptor = Type.getMethodDescriptor(Type.getType(box), Type.getType(type));
      code.visitMethodInsn(INVOKESTATIC, Type.getInternalName(box), "valueOf", descriptor, false);
    }
  }

  /** Leaves the value on the stack as the parameter of a method wants it. */
  final void emitAs(Class<?> parameter, MethodVisitor code) {
    if (parameter.isPrimitive()) {
      emit(code);
      return;
    }
    emitBoxed(code);
    if (type != null && !parameter.isAssignableFrom(boxOf(type))) {
      code.visitTypeInsn(CHECKCAST, Type.getInternalName(parameter));
    }
  }

  /** Whether every value can be given to the parameter of a method as it is. */
  final boolean suits(Class<?> parameter) {
    if (type == null) {
      return !parameter.isPrimitive();
    }
    return parameter.isPrimitive() ? parameter == type : parameter.isAssignableFrom(boxOf(type));
  }

  /** Whether a value can be given to the parameter of a method, perhaps after a check of its class. */
  final boolean castsTo(Class<?> parameter) {
    return suits(parameter) || !parameter.isPrimitive() && !type.isPrimitive();
  }

  static boolean isBoxable(Class<?> type) {
    return !type.isPrimitive() || type == void.class || boxOf(type) != type;
  }

  private static Class<?> boxOf(Class<?> type) {
    if (type == boolean.class) {
      return Boolean.class;
    } else if (type == long.class) {
      return Long.class;
    } else if (type == int.class) {
      return Integer.class;
    } else if (type == double.class) {
      return Double.class;
    }
    return type;
  }

  /** A parameter of the function. */
  static final class Parameter extends Expression {
    private final int slot;
    private final int[] uses;

    /**
     * @param uses how often each parameter is still going to be read
     */
    Parameter(int slot, int[] uses) {
      super(Object.class);
      this.slot = slot;
      this.uses = uses;
      uses[slot]++;
    }

    @Override
    void emit(MethodVisitor code) {
      code.visitVarInsn(ALOAD, slot);
      if (--uses[slot] == 0) { // or the head of a lazy sequence would be held through the last call
        code.visitInsn(ACONST_NULL);
        code.visitVarInsn(ASTORE, slot);
      }
    }
  }

  /** Nil, true, false, a string or a whole number. */
  static final class Constant extends Expression {
    private final Object value;

    Constant(Object value) {
      super(value == null ? null : value instanceof Long ? long.class : value.getClass());
      this.value = value;
    }

    @Override
    void emit(MethodVisitor code) {
      if (value == null) {
        code.visitInsn(ACONST_NULL);
      } else if (value instanceof Boolean b) {
        code.visitFieldInsn(
            GETSTATIC, "java/lang/Boolean", b ? "TRUE" : "FALSE", "Ljava/lang/Boolean;");
      } else {
        code.visitLdcInsn(value);
      }
    }
  }

  /** A call of a Java method. */
  static final class MethodCall extends Expression {
    private final Expression receiver;
    private final Class<?> owner;
    private final Method method;
    private final List<Expression> arguments;

    /**
     * @param receiver null for a static method
     */
    MethodCall(Expression receiver, Class<?> owner, Method method, List<Expression> arguments) {
      super(method.getReturnType());
      this.receiver = receiver;
      this.owner = owner;
      this.method = method;
      this.arguments = arguments;
    }

    @Override
    void emit(MethodVisitor code) {
      if (receiver != null) {
        receiver.emit(code);
      }
      Class<?>[] parameters = method.getParameterTypes();
      for (int i = 0; i < parameters.length; i++) {
        arguments.get(i).emitAs(parameters[i], code);
      }
      boolean isInterface = owner.isInterface();
      int dynamic = isInterface ? INVOKEINTERFACE : INVOKEVIRTUAL;
      code.visitMethodInsn(
          receiver == null ? INVOKESTATIC : dynamic,
          Type.getInternalName(owner),
          method.getName(),
          Type.getMethodDescriptor(method),
          isInterface);
    }
  }

  /** A public static field of a class. */
  static final class StaticField extends Expression {
    private final Class<?> owner;
    private final Field field;

    StaticField(Class<?> owner, Field field) {
      super(field.getType());
      this.owner = owner;
      this.field = field;
    }

    @Override
    void emit(MethodVisitor code) {
      String descriptor = Type.getDescriptor(field.getType());
      code.visitFieldInsn(GETSTATIC, Type.getInternalName(owner), field.getName(), descriptor);
    }
  }

  /** A constant that the class of the function holds. */
  static final class Held extends Expression {
    private final String owner;
    private final String field;

    /**
     * @param owner internal name of the class
     */
    Held(String owner, String field, Class<?> type) {
      super(type);
      this.owner = owner;
      this.field = field;
    }

    @Override
    void emit(MethodVisitor code) {
      code.visitFieldInsn(GETSTATIC, owner, field, Type.getDescriptor(type));
    }
  }

  /** What a var is bound to, for all threads. */
  static final class VarValue extends Expression {
    private final Expression var;

    VarValue(Expression var) {
      super(Object.class);
      this.var = var;
    }

    @Override
    void emit(MethodVisitor code) {
      var.emit(code);
      code.visitMethodInsn(
          INVOKEVIRTUAL, "clojure/lang/Var", "getRawRoot", "()Ljava/lang/Object;", false);
    }
  }

  /** A call of the function that a var holds. */
  static final class VarCall extends Expression {
    private final Expression function;
    private final List<Expression> arguments;

    VarCall(Expression var, List<Expression> arguments) {
      super(Object.class);
      this.function = new VarValue(var);
      this.arguments = arguments;
    }

    @Override
    void emit(MethodVisitor code) {
      function.emit(code);
      code.visitTypeInsn(CHECKCAST, "clojure/lang/IFn");
      for (Expression argument : arguments) {
        argument.emitBoxed(code);
      }
      String descriptor = Bytecode.descriptor(arguments.size());
      code.visitMethodInsn(INVOKEINTERFACE, "clojure/lang/IFn", "invoke", descriptor, true);
    }
  }

  /** A call of {@code instance?} with a class that is named. */
  static final class InstanceCheck extends Expression {
    private final Class<?> wanted;
    private final Expression value;

    InstanceCheck(Class<?> wanted, Expression value) {
      super(boolean.class);
      this.wanted = wanted;
      this.value = value;
    }

    @Override
    void emit(MethodVisitor code) {
      value.emitBoxed(code);
      code.visitTypeInsn(INSTANCEOF, Type.getInternalName(wanted));
    }
  }
}
