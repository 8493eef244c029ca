package weir.define;

import static clojure.asm.Opcodes.ACC_ABSTRACT;
import static clojure.asm.Opcodes.ACC_FINAL;
import static clojure.asm.Opcodes.ACC_INTERFACE;
import static clojure.asm.Opcodes.ACC_PUBLIC;
import static clojure.asm.Opcodes.ACC_SUPER;
import static clojure.asm.Opcodes.ALOAD;
import static clojure.asm.Opcodes.ARETURN;
import static clojure.asm.Opcodes.CHECKCAST;
import static clojure.asm.Opcodes.INVOKEINTERFACE;
import static clojure.asm.Opcodes.V1_8;

import clojure.asm.ClassWriter;
import clojure.asm.MethodVisitor;
import java.util.List;

/** Writes the interface of a protocol, and functions that call its methods. */
final class ProtocolClasses {

  private static final String OBJECT = "java/lang/Object";

  private ProtocolClasses() {}

  /** Writes an interface of methods that take nothing and return an object. */
  static byte[] protocolInterface(String internalName, List<String> methods) {
    ClassWriter writer = new ClassWriter(0);
    int access = ACC_PUBLIC | ACC_ABSTRACT | ACC_INTERFACE;
    writer.visit(V1_8, access, internalName, null, OBJECT, null);
    for (String method : methods) {
      writer
          .visitMethod(ACC_PUBLIC | ACC_ABSTRACT, method, Bytecode.descriptor(0), null, null)
          .visitEnd();
    }
    writer.visitEnd();
    return writer.toByteArray();
  }

  /** Writes a function of one argument that calls one of these methods. */
  static byte[] methodCaller(String internalName, String protocolInterface, String method) {
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    String parent = "clojure/lang/AFunction";
    writer.visit(V1_8, ACC_PUBLIC | ACC_SUPER | ACC_FINAL, internalName, null, parent, null);
    Bytecode.writeConstructor(writer, parent);
    Bytecode.endInitializer(Bytecode.initializer(writer), internalName);
    MethodVisitor code =
        writer.visitMethod(ACC_PUBLIC, "invoke", Bytecode.descriptor(1), null, null);
    code.visitCode();
    code.visitVarInsn(ALOAD, 1);
    code.visitTypeInsn(CHECKCAST, protocolInterface);
    code.visitMethodInsn(INVOKEINTERFACE, protocolInterface, method, Bytecode.descriptor(0), true);
    Bytecode.end(code, ARETURN);
    writer.visitEnd();
    return writer.toByteArray();
  }
}
