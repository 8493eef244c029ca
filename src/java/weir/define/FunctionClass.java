package weir.define;

import static clojure.asm.Opcodes.ACC_FINAL;
import static clojure.asm.Opcodes.ACC_PUBLIC;
import static clojure.asm.Opcodes.ACC_STATIC;
import static clojure.asm.Opcodes.ACC_SUPER;
import static clojure.asm.Opcodes.ACONST_NULL;
import static clojure.asm.Opcodes.ARETURN;
import static clojure.asm.Opcodes.INVOKESTATIC;
import static clojure.asm.Opcodes.IRETURN;
import static clojure.asm.Opcodes.POP;
import static clojure.asm.Opcodes.POP2;
import static clojure.asm.Opcodes.PUTSTATIC;
import static clojure.asm.Opcodes.V1_8;

import clojure.asm.ClassWriter;
import clojure.asm.Label;
import clojure.asm.MethodVisitor;
import clojure.asm.Type;
import clojure.lang.Compiler;
import clojure.lang.IFn;
import clojure.lang.IMeta;
import clojure.lang.IPersistentVector;
import clojure.lang.ISeq;
import clojure.lang.Keyword;
import clojure.lang.Named;
import clojure.lang.Namespace;
import clojure.lang.RT;
import clojure.lang.Symbol;
import clojure.lang.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the class of one function, like the one that Clojure's compiler makes of it: with its name,
 * its line numbers, and a method for each arity. For functions of simple forms alone, which need no
 * local names and no branches.
 */
final class FunctionClass {

  private static final Keyword TAG = Keyword.intern("tag");
  private static final Keyword LINE = Keyword.intern("line");
  private static final Symbol AMPERSAND = Symbol.intern("&");
  private static final int MOST_PARAMETERS = 20;

  private final Namespace namespace;
  private final Symbol function;
  private final String name;
  private final String internalName;
  private final List<Arity> arities = new ArrayList<>();
  private final List<Object> constants = new ArrayList<>();

  /** Parameters without the ampersand, and what the body does with them. */
  private record Arity(int required, boolean variadic, List<Expression> body, List<Integer> lines) {
    int slots() {
      return variadic ? required + 1 : required;
    }
  }

  private FunctionClass(Namespace namespace, Symbol function) {
    this.namespace = namespace;
    this.function = function;
    String simple = Compiler.munge(function.getName()).replace(".", "_DOT_");
    name = Compiler.munge(namespace.getName().getName()).concat("$").concat(simple);
    internalName = name.replace('.', '/');
  }

  /**
   * Returns a function, or null if it takes Clojure's compiler to make it.
   *
   * @param arities lists of a vector of parameters and the forms of the body
   */
  static IFn make(Namespace namespace, Symbol function, ISeq arities) {
    FunctionClass c = new FunctionClass(namespace, function);
    for (ISeq s = arities; s != null; s = s.next()) {
      Arity arity = c.read((ISeq) s.first());
      if (arity == null) {
        return null;
      }
      c.arities.add(arity);
    }
    return c.isRegular() ? Bytecode.make(c.name, c.write()) : null;
  }

  private Arity read(ISeq form) {
    IPersistentVector parameters = (IPersistentVector) form.first();
    if (form.next() == null || hasTag(parameters) || parameters.count() > MOST_PARAMETERS) {
      return null;
    }
    Map<Object, Integer> slots = new HashMap<>();
    boolean variadic = false;
    int count = 0;
    for (int i = 0; i < parameters.count(); i++) {
      Object parameter = parameters.nth(i);
      if (AMPERSAND.equals(parameter)) {
        variadic = true;
      } else if (!(parameter instanceof Symbol) || hasTag(parameter)) {
        return null;
      } else {
        slots.put(parameter, ++count);
      }
    }
    return read(form.next(), slots, variadic ? count - 1 : count, variadic);
  }

  private Arity read(ISeq body, Map<Object, Integer> slots, int required, boolean variadic) {
    ExpressionReader reader =
        new ExpressionReader(namespace, function, internalName, slots, constants);
    List<Expression> expressions = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    for (ISeq s = body; s != null; s = s.next()) {
      Expression expression = reader.read(s.first());
      if (expression == null) {
        return null;
      }
      expressions.add(expression);
      lines.add(lineOf(s.first()));
    }
    return new Arity(required, variadic, expressions, lines);
  }

  private static boolean hasTag(Object o) {
    return ((IMeta) o).meta() != null && ((IMeta) o).meta().valAt(TAG) != null;
  }

  private static int lineOf(Object form) {
    Object line = RT.get(RT.meta(form), LINE);
    return line == null ? 0 : ((Number) line).intValue();
  }

  /** Whether no two arities get in each other's way; what to say if they do is the compiler's. */
  private boolean isRegular() {
    int seen = 0;
    int variadic = -1;
    int most = 0;
    for (Arity arity : arities) {
      if ((seen & 1 << arity.slots()) != 0 || arity.variadic() && variadic >= 0) {
        return false;
      }
      seen |= 1 << arity.slots();
      most = Math.max(most, arity.required());
      variadic = arity.variadic() ? arity.required() : variadic;
    }
    return variadic < 0 || variadic == most;
  }

  // ---- writing

  private byte[] write() {
    String parent = isVariadic() ? "clojure/lang/RestFn" : "clojure/lang/AFunction";
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS); // no branches, no frames
    writer.visit(V1_8, ACC_PUBLIC | ACC_SUPER | ACC_FINAL, internalName, null, parent, null);
    writer.visitSource((String) Compiler.SOURCE.deref(), null);
    Bytecode.writeConstructor(writer, parent);
    for (Arity arity : arities) {
      writeArity(writer, arity);
    }
    writeConstants(writer);
    writer.visitEnd();
    return writer.toByteArray();
  }

  private boolean isVariadic() {
    for (Arity arity : arities) {
      if (arity.variadic()) {
        return true;
      }
    }
    return false;
  }

  private static void writeArity(ClassWriter writer, Arity arity) {
    String method = arity.variadic() ? "doInvoke" : "invoke";
    MethodVisitor code =
        writer.visitMethod(ACC_PUBLIC, method, Bytecode.descriptor(arity.slots()), null, null);
    code.visitCode();
    int last = arity.body().size() - 1;
    for (int i = 0; i <= last; i++) {
      if (arity.lines().get(i) > 0) {
        Label here = new Label();
        code.visitLabel(here);
        code.visitLineNumber(arity.lines().get(i), here);
      }
      Expression expression = arity.body().get(i);
      if (i == last) {
        expression.emitBoxed(code);
      } else {
        writeIgnoring(expression, code);
      }
    }
    Bytecode.end(code, ARETURN);
    if (arity.variadic()) {
      writeRequiredArity(writer, arity.required());
    }
  }

  private static void writeIgnoring(Expression expression, MethodVisitor code) {
    expression.emit(code);
    if (expression.type == long.class || expression.type == double.class) {
      code.visitInsn(POP2);
    } else if (expression.type != void.class) {
      code.visitInsn(POP);
    }
  }

  private static void writeRequiredArity(ClassWriter writer, int required) {
    MethodVisitor code = writer.visitMethod(ACC_PUBLIC, "getRequiredArity", "()I", null, null);
    code.visitCode();
    code.visitLdcInsn(required);
    Bytecode.end(code, IRETURN);
  }

  /** The name of the field that holds a constant. */
  static String constantName(int index) {
    return "const__".concat(Integer.toString(index));
  }

  /** Vars, symbols and keywords are looked up once. */
  private void writeConstants(ClassWriter writer) {
    MethodVisitor code = Bytecode.initializer(writer);
    for (int i = 0; i < constants.size(); i++) {
      Object constant = constants.get(i);
      String descriptor = Type.getDescriptor(constant.getClass());
      writer.visitField(ACC_STATIC | ACC_FINAL, constantName(i), descriptor, null, null).visitEnd();
      if (constant instanceof Var var) {
        String name = var.ns.getName().getName();
        writeLookup(code, "clojure/lang/RT", "var", name, var.sym.getName(), descriptor);
      } else {
        Named named = (Named) constant;
        String owner = Type.getInternalName(constant.getClass());
        writeLookup(code, owner, "intern", named.getNamespace(), named.getName(), descriptor);
      }
      code.visitFieldInsn(PUTSTATIC, internalName, constantName(i), descriptor);
    }
    Bytecode.endInitializer(code, internalName);
  }

  private static void writeLookup(
      MethodVisitor code,
      String owner,
      String method,
      String namespace,
      String name,
      String descriptor) {
    if (namespace == null) {
      code.visitInsn(ACONST_NULL);
    } else {
      code.visitLdcInsn(namespace);
    }
    code.visitLdcInsn(name);
    String signature = "(Ljava/lang/String;Ljava/lang/String;)".concat(descriptor);
    code.visitMethodInsn(INVOKESTATIC, owner, method, signature, false);
  }
}
