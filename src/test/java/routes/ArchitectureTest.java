package routes;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three rules: imports run one way, JDBC stays in the store, mappings do no I/O. */
class ArchitectureTest {

    private static JavaClasses program;

    @BeforeAll
    static void importClasses() {
        program = new ClassFileImporter()
                .importUrl(
                        Application.class.getProtectionDomain().getCodeSource().getLocation());
    }

    private static DescribedPredicate<JavaClass> ofTheProgramBeyond(String name) {
        return DescribedPredicate.describe(
                "classes of the program outside " + name,
                type -> type.getPackageName().startsWith("routes")
                        && !type.getPackageName().equals(name));
    }

    /** Intercom's, Klaviyo's and the store's packages know nobody: the application above introduces them. */
    @ParameterizedTest
    @ValueSource(strings = {"routes.intercom", "routes.klaviyo", "routes.store", "routes.sandbox"})
    void importsRunOneWay(String name) {
        noClasses()
                .that()
                .resideInAPackage(name)
                .should()
                .dependOnClassesThat(ofTheProgramBeyond(name))
                .check(program);
    }

    @Test
    void onlyCommandsKnowTheSandbox() {
        noClasses()
                .that()
                .resideOutsideOfPackage("routes.sandbox")
                .and()
                .doNotHaveSimpleName("SandboxCommand")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("routes.sandbox")
                .check(program);
    }

    /** The application may pass the DataSource on to Camel; it does not call it. */
    @Test
    void jdbcStaysInTheStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("routes.store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.sql..",
                        "org.springframework.jdbc..",
                        "org.springframework.dao..",
                        "org.springframework.transaction..",
                        "com.zaxxer.hikari..",
                        "org.hsqldb..",
                        "org.postgresql..",
                        "org.flywaydb..")
                .check(program);
        noClasses()
                .that()
                .resideOutsideOfPackage("routes.store")
                .should()
                .callMethodWhere(DescribedPredicate.describe("the owner is a DataSource", call -> call.getTargetOwner()
                        .isAssignableTo(javax.sql.DataSource.class)))
                .check(program);
    }

    @Test
    void mappingsAreFreeOfInputAndOutput() {
        noClasses()
                .that()
                .haveSimpleNameStartingWith("MappingFunctions")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.net..",
                        "java.nio..",
                        "java.sql..",
                        "javax.sql..",
                        "routes.store..",
                        "org.apache.camel.component..")
                .orShould()
                .dependOnClassesThat()
                .haveSimpleNameEndingWith("Client")
                .check(program);
    }

    @Test
    void namesSayARole() {
        classes()
                .should()
                .haveNameNotMatching(".*(Util|Utils|Helper|Manager|Impl|Dto|Mock|Fake)")
                .check(program);
    }
}
