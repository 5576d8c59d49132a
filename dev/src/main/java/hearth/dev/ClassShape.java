package hearth.dev;

import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// What other classes see of a compiled class: who sees the same compiles to the same.
///
/// @param name with slashes, as class files have it
/// @param source the file that it came from, below its source folder
/// @param api its members that are not private, and what its declaration says
/// @param constants the values that are copied into classes which then do not mention this one; empty without any
/// @param supertypes whose members it has as well
record ClassShape(String name, String source, String api, String constants, Set<String> supertypes) {
    private static final int HIDDEN = ClassFile.ACC_PRIVATE | ClassFile.ACC_SYNTHETIC;
    private static final Pattern NAMES = Pattern.compile("[\\w$/]+");

    static ClassShape of(ClassModel model) {
        var name = model.thisClass().asInternalName();
        var supertypes = new TreeSet<String>();
        model.superclass().ifPresent(parent -> supertypes.add(parent.asInternalName()));
        model.interfaces().forEach(parent -> supertypes.add(parent.asInternalName()));
        var api = new ArrayList<String>();
        var constants = new ArrayList<String>();
        api.add(flags(model) + " " + signature(model) + " " + supertypes + closed(model));
        for (var field : model.fields()) {
            if ((field.flags().flagsMask() & HIDDEN) == 0) {
                api.add(described(field));
                field.findAttribute(Attributes.constantValue())
                        .ifPresent(value -> constants.add(field.fieldName().stringValue() + "="
                                + value.constant().constantValue()));
            }
        }
        for (var method : model.methods()) {
            if ((method.flags().flagsMask() & HIDDEN) == 0) {
                api.add(described(method));
            }
        }
        // Their order is seen by nobody.
        api.subList(1, api.size()).sort(null);
        constants.sort(null);
        return new ClassShape(
                name,
                source(model, name),
                digest(api),
                constants.isEmpty() ? "" : digest(constants),
                Set.copyOf(supertypes));
    }

    /// Which of some classes a compiled one speaks of. Rather one too many: a name in a text counts as well.
    static Set<String> mentions(ClassModel model, Set<String> classes) {
        var mentioned = new HashSet<String>();
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof Utf8Entry text) {
                NAMES.matcher(text.stringValue())
                        .results()
                        .forEach(found -> addNames(found.group(), classes, mentioned));
            }
        }
        return mentioned;
    }

    /// A descriptor has primitive types and an L before a name: `IJLhearth/model/Arn`.
    private static void addNames(String word, Set<String> classes, Set<String> mentioned) {
        if (classes.contains(word)) {
            mentioned.add(word);
        }
        for (int at = word.indexOf('L'); at >= 0; at = word.indexOf('L', at + 1)) {
            var name = word.substring(at + 1);
            if (classes.contains(name)) {
                mentioned.add(name);
            }
        }
    }

    private static String source(ClassModel model, String name) {
        var folder = name.substring(0, name.lastIndexOf('/') + 1);
        return folder
                + model.findAttribute(Attributes.sourceFile())
                        .orElseThrow()
                        .sourceFile()
                        .stringValue();
    }

    /// An inner class's own flags leave out that it is static, private or protected.
    private static String flags(ClassModel model) {
        var self = model.thisClass();
        return model.findAttribute(Attributes.innerClasses()).stream()
                .flatMap(inner -> inner.classes().stream())
                .filter(inner -> inner.innerClass().equals(self))
                .map(inner -> AccessFlag.maskToAccessFlags(inner.flagsMask(), AccessFlag.Location.INNER_CLASS))
                .findFirst()
                .orElseGet(() -> model.flags().flags())
                .toString();
    }

    private static String closed(ClassModel model) {
        var members = model.findAttribute(Attributes.permittedSubclasses())
                .map(permitted -> permitted.permittedSubclasses().toString());
        var components = model.findAttribute(Attributes.record()).map(record -> record.components().stream()
                .map(each -> each.name().stringValue() + ":" + each.descriptor().stringValue())
                .toList()
                .toString());
        return members.orElse("") + components.orElse("");
    }

    private static String described(FieldModel field) {
        return "%s %s %s %s"
                .formatted(
                        field.flags().flags(),
                        field.fieldName().stringValue(),
                        field.fieldType().stringValue(),
                        signature(field));
    }

    private static String described(MethodModel method) {
        List<String> thrown = method.findAttribute(Attributes.exceptions()).stream()
                .flatMap(exceptions -> exceptions.exceptions().stream())
                .map(each -> each.asInternalName())
                .toList();
        boolean hasDefault =
                method.findAttribute(Attributes.annotationDefault()).isPresent();
        return "%s %s %s %s %s %s"
                .formatted(
                        method.flags().flags(),
                        method.methodName().stringValue(),
                        method.methodType().stringValue(),
                        signature(method),
                        thrown,
                        hasDefault);
    }

    private static String signature(AttributedElement element) {
        return element.findAttribute(Attributes.signature())
                .map(signature -> signature.signature().stringValue())
                .orElse("");
    }

    private static String digest(List<String> lines) {
        return Digests.of(String.join("\n", lines));
    }
}
