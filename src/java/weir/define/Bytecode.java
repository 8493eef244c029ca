package weir.define;

import static clojure.asm.Opcodes.ACC_PUBLIC;
import static clojure.asm.Opcodes.ACC_STATIC;
import static clojure.asm.Opcodes.ALOAD;
import static clojure.asm.Opcodes.DUP;
import static clojure.asm.Opcodes.INVOKESPECIAL;
import static clojure.asm.Opcodes.INVOKESTATIC;
import static clojure.asm.Opcodes.NEW;
import static clojure.asm.Opcodes.RETURN;

import clojure.asm.ClassWriter;
import clojure.asm.MethodVisitor;
import clojure.lang.Compiler;
import clojure.lang.DynamicClassLoader;
import clojure.lang.IFn;
import clojure.lang.RT;
import clojure.lang.Util;

/**
 * What classes of functions have in common. Written without lambdas, streams and concatenation, as is
 * all that defines a function: the first of each takes a fresh JVM longer than many functions.
 */
final class Bytecode {

  private static final String[] DESCRIPTORS = new String[22];

  /** The function whose class has been initialized last by the thread. */
  private static final ThreadLocal<IFn> MADE = new ThreadLocal<>();

  private Bytecode() {}

  /** The descriptor of a method that takes and returns objects. */
  static String descriptor(int parameters) {
    if (DESCRIPTORS[parameters] == null) {
      StringBuilder descriptor = new StringBuilder("(");
      for (int i = 0; i < parameters; i++) {
        descriptor.append("Ljava/lang/Object;");
      }
      DESCRIPTORS[parameters] = descriptor.append(")Ljava/lang/Object;").toString();
    }
    return DESCRIPTORS[parameters];
  }

  /**
   * Whether the form that is being expanded will be evaluated right away, and may hold any object. It
   * may not if it goes into a class, of a function around it or in a file.
   */
  static boolean isForEvaluation() {
    return Compiler.LOADER.isBound()
        && Compiler.METHOD.deref() == null
        && !RT.booleanCast(Compiler.COMPILE_FILES.deref());
  }

  /** Defines a class where those go that Clojure's compiler makes of the same file. */
  static Class<?> define(String name, byte[] bytes) {
    return ((DynamicClassLoader) Compiler.LOADER.deref()).defineClass(name, bytes, null);
  }

  /** Defines a class with a constructor by {@link #writeConstructor}, and returns its instance. */
  static IFn make(String name, byte[] bytes) {
    Class<?> type = define(name, bytes);
    try {
      Class.forName(name, true, type.getClassLoader());
      return MADE.get();
    } catch (ClassNotFoundException e) {
      throw Util.sneakyThrow(e);
    } finally {
      MADE.remove();
    }
  }

  static void made(IFn function) {
    MADE.set(function);
  }

  /** Writes a constructor without parameters. */
  static void writeConstructor(ClassWriter writer, String parent) {
    MethodVisitor code = writer.visitMethod(ACC_PUBLIC, "<init>", "()V", null, null);
    code.visitCode();
    code.visitVarInsn(ALOAD, 0);
    code.visitMethodInsn(INVOKESPECIAL, parent, "<init>", "()V", false);
    end(code, RETURN);
  }

  /** Begins the initializer of a class. */
  static MethodVisitor initializer(ClassWriter writer) {
    MethodVisitor code = writer.visitMethod(ACC_STATIC, "<clinit>", "()V", null, null);
    code.visitCode();
    return code;
  }

  /** Ends the initializer of a class, which makes the instance. */
  static void endInitializer(MethodVisitor code, String internalName) {
    // To call the constructor through reflection would take as long as to define the class.
    code.visitTypeInsn(NEW, internalName);
    code.visitInsn(DUP);
    code.visitMethodInsn(INVOKESPECIAL, internalName, "<init>", "()V", false);
    code.visitMethodInsn(
        INVOKESTATIC, "weir/define/Definitions", "made", "(Lclojure/lang/IFn;)V", false);
    end(code, RETURN);
  }

  /** Ends a method. */
  static void end(MethodVisitor code, int instruction) {
    code.visitInsn(instruction);
    code.visitMaxs(0, 0);
    code.visitEnd();
  }
}
